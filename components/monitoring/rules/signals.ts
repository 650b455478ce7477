/** Each signal as it is now, under one name: what `slipway status` and others outside can ask for without knowing how it is worked out. */
import { type Signal, SIGNALS } from "../../../config";
import { signal } from "../queries";
import type { RecordingRule, RulesArgs } from "./rule";

export const NOW = "slipway:signal";

/** Of parts, only what is quick to work out; a month of raw requests is not. */
const OF_PARTS: readonly Signal[] = ["cpu", "memory", "restarts"];

export function signalRules(args: RulesArgs): RecordingRule[] {
  const { product, watched } = args;
  const labels = { namespace: watched.namespace, product };
  const record = (name: Signal, part?: string): RecordingRule[] => {
    const expr = signal(name, watched, part, "5m");
    if (expr === undefined) return [];
    return [
      { expr, labels: { ...labels, ...(part === undefined ? {} : { part }), signal: name }, record: NOW },
    ];
  };
  const wide = (Object.keys(SIGNALS) as Signal[]).filter((name) => SIGNALS[name].of !== "part");
  return [
    ...Object.keys(args.parts).flatMap((part) => OF_PARTS.flatMap((name) => record(name, part))),
    ...wide.flatMap((name) => record(name)),
  ];
}
