/**
 * The engine's event log (`pulumi preview --event-log FILE`), one JSON object a line. Read tolerantly: fields this
 * engine does not know yet are let through, so that a newer engine's log is still a log.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { Failure } from "../../toolchain/lib/failure";
import { isObject, type Properties } from "./values";

// Looked at no deeper here: a large stack's states are megabytes.
const properties = z
  .custom<Properties>((value) => value === null || value === undefined || isObject(value), "an object")
  .transform((value: Properties | null | undefined) => value ?? {});
const list = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);

const state = z.looseObject({
  type: z.string(),
  urn: z.string(),
  custom: z.boolean().optional(),
  id: z.string().optional(),
  parent: z.string().optional(),
  protect: z.boolean().optional(),
  external: z.boolean().optional(),
  retainOnDelete: z.boolean().optional(),
  inputs: properties,
  outputs: properties,
});

const step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  old: state.nullish(),
  new: state.nullish(),
  keys: list,
  diffs: list,
  detailedDiff: z.record(z.string(), z.looseObject({ diffKind: z.string() })).nullish(),
});

const policy = z.looseObject({
  resourceUrn: z.string().optional(),
  message: z.string(),
  policyName: z.string(),
  policyPackName: z.string(),
  policyPackVersion: z.string().optional(),
  enforcementLevel: z.string(),
  severity: z.string().optional(),
});

const analysis = z.looseObject({ policyPackName: z.string(), passed: list, failed: list });

const event = z.looseObject({
  timestamp: z.number().optional(),
  preludeEvent: z.looseObject({ config: z.record(z.string(), z.string()).nullish() }).optional(),
  diagnosticEvent: z
    .looseObject({
      urn: z.string().optional(),
      prefix: z.string().optional(),
      message: z.string(),
      severity: z.string(),
      ephemeral: z.boolean().optional(),
    })
    .optional(),
  resourcePreEvent: z.looseObject({ metadata: step }).optional(),
  resOutputsEvent: z.looseObject({ metadata: step }).optional(),
  resOpFailedEvent: z.looseObject({ metadata: step }).optional(),
  policyEvent: policy.optional(),
  policyAnalyzeSummaryEvent: analysis.optional(),
  policyAnalyzeStackSummaryEvent: analysis.optional(),
  summaryEvent: z
    .looseObject({
      durationSeconds: z.number().optional(),
      PolicyPacks: z.record(z.string(), z.string()).nullish(),
      result: z.string().optional(),
    })
    .optional(),
  errorEvent: z.looseObject({ error: z.string() }).optional(),
});

export type EngineEvent = z.infer<typeof event>;
export type StepMetadata = z.infer<typeof step>;
export type ResourceState = z.infer<typeof state>;
export type PolicyEvent = z.infer<typeof policy>;

/** The events of a log. Its last line may be half written, when the engine was killed: that one is left out. */
export function parseEvents(text: string, source = "the event log"): EngineEvent[] {
  const lines = text.split("\n");
  const events: EngineEvent[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    let raw: unknown;
    try {
      raw = JSON.parse(line);
    } catch (cause) {
      if (index === lines.length - 1) break;
      throw new Failure(`line ${index + 1} of ${source} is not JSON`, { cause });
    }
    const read = event.safeParse(raw);
    if (!read.success) {
      throw new Failure(`line ${index + 1} of ${source} is not an engine event Slipway can read`, {
        details: read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
        next: "check that the engine is of the pinned version: pulumi version",
      });
    }
    events.push(read.data);
  }
  return events;
}

export const readEvents = (file: string) => parseEvents(readFileSync(file, "utf8"), file);
