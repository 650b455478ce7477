/** `slipway alert-test STACK`: one test alert a severity through the cluster's own Alertmanager, and who got it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { SEVERITIES, type Settings } from "../config";
import { Failure } from "../toolchain/lib/failure";
import { steps, type Step } from "../toolchain/lib/progress";
import { folderOption } from "./lib/options";
import { Alertmanager, type TestAlert } from "./alerts/alertmanager";
import { heardLines, type Heard, outcomes } from "./alerts/outcomes";
import { environment } from "./lib/environment";
import { primaryOf } from "./release/clusters";
import { settingsIn } from "./release/session";

interface Options {
  context?: string;
  cwd: string;
  json?: true;
}

/** Alertmanager gathers what belongs together for ten seconds, and tries again for a while what was not taken. */
const PATIENCE = 45_000;
const PAUSE = 2_000;

export function register(program: Command): void {
  program
    .command("alert-test <stack>")
    .description("sends one test alert a severity through the cluster's Alertmanager, and says who got it")
    .option(
      "--context <name>",
      "your kubeconfig's context for the primary cluster, where it has another name",
    )
    .option("--json", "for machines")
    .addOption(folderOption())
    .addHelpText("after", "\nExit code: 0 every channel took its message, or is muted now; 1 not.")
    .action(alertTest);
}

async function alertTest(stack: string, options: Options): Promise<void> {
  const { settings } = settingsIn(stack, options.cwd);
  const wanted = channelsOf(settings);
  if (Object.keys(wanted).length === 0) {
    throw new Failure(`nobody hears of any alert of ${stack}`, {
      next: "say who does in its file, such as slipway:alerts: { critical: pagerduty, high: slack }",
    });
  }
  let heard: Heard[] = [];
  await steps([
    {
      title: `Test alerts of ${stack}`,
      run: async (step) => {
        const [, cluster] = primaryOf(settings);
        const env = await environment(step);
        const alertmanager = await Alertmanager.open(env, options.context ?? cluster.context);
        const { namespace } = settings;
        const part = `alert-test-${Date.now().toString(36)}`;
        const alerts = Object.keys(wanted).map((severity) => alertOf(settings, part, severity));
        try {
          heard = await test(alertmanager, namespace, { alerts, part, step, wanted });
        } finally {
          await alertmanager.close();
        }
      },
    },
  ]);
  if (options.json === true) process.stdout.write(`${JSON.stringify({ heard, stack }, undefined, 2)}\n`);
  else process.stdout.write(`${heardLines(heard).join("\n")}\n`);
  const lost = heard.filter(({ came }) => !["told", "quiet"].includes(came));
  if (lost.length === 0) return;
  throw new Failure(`${lost.length} of ${heard.length} messages did not arrive`, {
    details: lost.map(({ channel, severity, why }) => `${severity}, ${channel}: ${why ?? "not heard of"}`),
    next: "check the channel's secret under slipway:secrets, and that the cluster may reach it; then run this again",
  });
}

/** Tells Alertmanager, and waits until all channels have been heard of. */
async function test(
  alertmanager: Alertmanager,
  namespace: string,
  about: { alerts: TestAlert[]; part: string; step: Step; wanted: Record<string, readonly string[]> },
): Promise<Heard[]> {
  const { alerts, part, step, wanted } = about;
  const before = await alertmanager.sent(namespace);
  await alertmanager.tell(alerts);
  try {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const routes = await alertmanager.routes(part, namespace);
      const heard = outcomes(wanted, routes, before, await alertmanager.sent(namespace));
      const waiting = heard.filter(({ came }) => came === "waiting").length;
      step.note(`${heard.length - waiting} of ${heard.length} messages`);
      if (waiting === 0 || Date.now() > end) {
        for (const each of heard.filter(({ came }) => came === "failed"))
          each.why = await alertmanager.complaint(namespace, each.channel);
        return heard;
      }
      await sleep(PAUSE);
    }
  } finally {
    // What began must end, or it would be said again.
    await alertmanager.tell(alerts.map((alert) => ({ ...alert, endsAt: new Date().toISOString() })));
  }
}

/** Channels by the severities that anyone hears of. */
function channelsOf({ alerts }: Settings): Record<string, readonly string[]> {
  return Object.fromEntries(
    SEVERITIES.flatMap((severity) => {
      const channels = alerts[severity];
      return channels === undefined ? [] : [[severity, channels]];
    }),
  );
}

function alertOf({ namespace, product }: Settings, part: string, severity: string): TestAlert {
  const now = Date.now();
  return {
    annotations: {
      description: "Somebody ran slipway alert-test. Nothing is wrong, and nothing is to be done.",
      summary: `Only a test of how ${severity} alerts of ${product} arrive`,
    },
    endsAt: new Date(now + 300_000).toISOString(),
    labels: { alertname: "AlertTest", namespace, part, product, severity },
    startsAt: new Date(now).toISOString(),
  };
}
