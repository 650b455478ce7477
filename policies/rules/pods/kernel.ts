import { given, is } from "../../cel/text";
import { pages, pss } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";

const pod = "variables.pod.securityContext";

export const kernelGuards = objectRule({
  name: "pods-keep-kernel-guards",
  title: "No pod loosens AppArmor, SELinux, /proc or kernel settings.",
  severity: "high",
  frameworks: [pss("baseline", "AppArmor, SELinux, /proc Mount Type, Sysctls, HostProcess")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: `!has(c.securityContext) || (!${is("c.securityContext.procMount", "'Unmasked'")} && !${is("c.securityContext.appArmorProfile.type", "'Unconfined'")} && !${is("c.securityContext.windowsOptions.hostProcess", "true")})`,
      property: "securityContext",
      wanted: "no procMount Unmasked, no AppArmor Unconfined, no hostProcess",
      message: "loosens the kernel's guards",
    },
    {
      each: "containers",
      holds: `!${given("c.securityContext.seLinuxOptions")} || (!has(c.securityContext.seLinuxOptions.user) && !has(c.securityContext.seLinuxOptions.role))`,
      property: "securityContext.seLinuxOptions",
      wanted: "no user and no role",
      message: "chooses an SELinux user or role",
    },
    {
      holds: `!${given(`${pod}.sysctls`)} || size(${pod}.sysctls) == 0`,
      property: "pod:securityContext.sysctls",
      wanted: "nothing",
      message: "the pod changes kernel settings",
    },
    {
      holds: `!${is(`${pod}.appArmorProfile.type`, "'Unconfined'")} && !${is(`${pod}.windowsOptions.hostProcess`, "true")}`,
      property: "pod:securityContext",
      wanted: "no AppArmor Unconfined, no hostProcess",
      message: "the pod loosens the kernel's guards",
    },
  ],
  fix: "Delete these settings: the runtime's defaults are the safe ones.",
  url: pages.podSecurity,
});
