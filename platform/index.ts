/** The platform on one page: what a cluster needs once, before products run on it. */
import { clusterProvider } from "../components/cluster-provider";
import { quiet } from "../toolchain/lib/progress";
import { Backups } from "./backups";
import { Manifests } from "./manifests";
import { withImage, withLimit } from "./change";
import { CertManager, certManagerObjects } from "./cert-manager";
import { Monitoring } from "./monitoring";
import { Policies } from "./policies";
import { createPriority, withPriority } from "./priority";
import { image, readSettings } from "./settings";
import { manifests } from "./sources";
import { Traefik } from "./traefik";
import { sources } from "./versions";

export = async () => {
  const settings = readSettings();
  const provider = clusterProvider("cluster", { context: settings.context });
  const wants = (part: (typeof settings.parts)[number]) => settings.parts.includes(part);
  const outputs: Record<string, unknown> = { parts: settings.parts };
  const priority = createPriority(provider);

  if (wants("gateway")) {
    const definitions = [
      new Manifests(
        "gateway-api",
        { objects: await manifests("gateway-api", sources.gatewayApi, quiet) },
        { provider },
      ),
      new Manifests(
        "traefik-kinds",
        { objects: await manifests("traefik", sources.traefik, quiet) },
        { provider },
      ),
    ];
    const traefik = new Traefik(
      "traefik",
      { image: image(settings, "traefik"), gateway: settings.gateway },
      { provider, dependsOn: [priority, ...definitions.flatMap((part) => part.installed)] },
    );
    outputs.gatewayClass = traefik.className;
  }
  const certificates: CertManager[] = [];
  if (wants("certificates")) {
    const embedded = settings.images.certManager;
    const manager = new CertManager(
      "cert-manager",
      {
        objects: await certManagerObjects(embedded !== undefined),
        ...(embedded === undefined ? {} : { embedded }),
      },
      { provider, dependsOn: priority },
    );
    outputs.localIssuer = manager.localIssuer;
    certificates.push(manager);
  }
  if (wants("postgres")) {
    const ours = withImage("cnpg-controller-manager", image(settings, "cloudnativepg"));
    // Upstream's tenth of a core would make each failover wait for its operator.
    const quick = withLimit("cnpg-controller-manager", "1");
    const operator = new Manifests(
      "cloudnative-pg",
      {
        objects: await manifests("cloudnative-pg", sources.cloudnativepg, quiet),
        change: (object) => withPriority(quick(ours(object))),
      },
      { provider, dependsOn: priority },
    );
    if (wants("backups")) {
      new Backups(
        "backups",
        {
          objects: await manifests("barman", sources.barman, quiet),
          images: { plugin: image(settings, "barman"), sidecar: image(settings, "barmanSidecar") },
          server:
            settings.images.s3 === undefined ? undefined : { image: settings.images.s3, storage: "5Gi" },
        },
        { provider, dependsOn: [priority, ...operator.installed, ...certificates] },
      );
    }
  }
  if (wants("monitoring")) {
    new Monitoring(
      "monitoring",
      {
        bundle: await manifests("prometheus-operator", sources.prometheusOperator, quiet),
        image: (name) => image(settings, name),
        said: settings.monitoring,
      },
      { provider },
    );
  }
  if (settings.policies !== undefined) new Policies("policies", settings.policies, { provider });
  return outputs;
};
