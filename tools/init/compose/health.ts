/** A service's health check as a part's probes. */
import { isRecord, type Loose } from "./read";
import type { Path, Report } from "./report";
import { durationOf, plain } from "./values";

export function probedPort({ healthcheck }: Loose): number | undefined {
  const text = JSON.stringify(isRecord(healthcheck) ? healthcheck.test : "");
  const port = Number(/https?:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(text)?.[1]);
  return port > 0 ? port : undefined;
}

export function health(
  service: Loose,
  path: Path,
  kind: "api" | "web" | "worker",
  part: Record<string, unknown>,
  report: Report,
): void {
  const { healthcheck } = service;
  const at = [...path, "healthcheck"];
  if (!isRecord(healthcheck)) {
    if (kind !== "worker")
      report.note(path, `no healthcheck: its probes ask ${kind === "web" ? "/" : "/health"}`);
    return;
  }
  if (healthcheck.disable === true || plain(healthcheck.test) === "NONE") {
    report.leftOut(at, "parts are always probed: say where with health");
    return;
  }
  const words = Array.isArray(healthcheck.test) ? healthcheck.test.map(plain) : [plain(healthcheck.test)];
  const asked = /https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::\d+)?(\/[^\s"'|)]*)?/.exec(
    words.join(" "),
  );
  const made: Record<string, unknown> = {};
  if (kind === "worker") {
    const command =
      words[0] === "CMD-SHELL"
        ? ["sh", "-c", words.slice(1).join(" ")]
        : words.slice(words[0] === "CMD" ? 1 : 0);
    made.command = command.length === 1 && words[0] !== "CMD" ? ["sh", "-c", command[0] ?? ""] : command;
    report.carried([...at, "test"], "health.command");
  } else if (asked !== null) {
    made.live = asked[1] ?? "/";
    report.carried([...at, "test"], `health.live: ${plain(made.live)}, asked from outside the container`);
  } else {
    report.leftOut([...at, "test"], "a command: probes of what listens ask a path; write it as health.live");
  }
  times(healthcheck, at, made, report);
  if (Object.keys(made).length > 0) part.health = made;
}

function times(healthcheck: Loose, at: Path, made: Record<string, unknown>, report: Report): void {
  const names = { interval: "interval", start_period: "startup", timeout: "timeout" } as const;
  for (const [key, name] of Object.entries(names)) {
    const value = durationOf(healthcheck[key]);
    if (value === undefined) continue;
    made[name] = value;
    report.carried([...at, key], `health.${name}: ${value}`);
  }
  if (typeof healthcheck.retries === "number") {
    made.failures = Math.max(1, healthcheck.retries);
    report.carried([...at, "retries"], `health.failures: ${plain(made.failures)}`);
  }
  const seconds = (value: unknown) => {
    const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(plain(value)) ?? [];
    return Number(number) * ({ h: 3600, m: 60, ms: 0.001, s: 1 }[unit ?? ""] ?? NaN);
  };
  if (made.timeout !== undefined && seconds(made.timeout) > seconds(made.interval ?? "10s")) {
    report.changed([...at, "timeout"], "no longer than the interval");
    made.timeout = made.interval ?? "10s";
  }
  if (healthcheck.start_interval !== undefined) report.changed([...at, "start_interval"], "as the interval");
}
