/**
 * Speaks to the pack as the engine does: the SDK's own server functions, real protobuf messages in their wire form, so
 * that values pass through the real proxies for unknown ones and types are compared as in a real run.
 */
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import * as policyServer from "@pulumi/policy/server";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { policies } from "../../policies/engine/policies";
import { tap } from "../../policies/engine/tap";
import { rules as allRules } from "../../policies/index";
import type { Rule } from "../../policies/rule";
import type { Loose } from "./fixtures";

type Handler = (
  call: { request: unknown },
  done: (error: Error | null | undefined, response: messages.AnalyzeResponse) => void,
) => unknown;

// Typed here because the SDK marks its server as internal and leaves it out of its types; it is what the engine calls.
const server = policyServer as unknown as Record<
  "makeAnalyzeRpcFun" | "makeAnalyzeStackRpcFun",
  (name: string, version: string, level: string, policies: unknown) => Handler
>;

/** What the engine sends for a text that is not known yet, and how it marks a secret. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

export interface Sent {
  type: string;
  name: string;
  props: Record<string, unknown>;
  /** What the provider answered, where it differs from what was declared. */
  outputs?: Record<string, unknown>;
  protect?: boolean;
}

export interface Said {
  rule: string;
  level: "advisory" | "mandatory";
  severity: string;
  message: string;
  urn: string;
}

export interface EngineOptions {
  rules?: readonly Rule[];
  /** The stack's configuration, by key: `slipway:tier`. */
  config?: Record<string, unknown>;
  preview?: boolean;
  now?: Date;
}

export const today = new Date("2026-11-21T12:00:00Z");

/** An engine with the pack loaded for one run. */
export class Engine {
  readonly #analyze: Handler;
  readonly #analyzeStack: Handler;
  readonly #sent: Sent[] = [];

  constructor({ rules = allRules, config = {}, preview = true, now = today }: EngineOptions = {}) {
    const listening = tap();
    const configure = new messages.AnalyzerStackConfigureRequest();
    configure.setProject("slipway");
    configure.setStack("test");
    configure.setDryRun(preview);
    for (const [key, value] of Object.entries(config)) {
      configure
        .getConfigMap()
        .set(`slipway:${key}`, typeof value === "string" ? value : JSON.stringify(value));
    }
    overTheWire(AnalyzerService.configureStack, configure);
    const served = policies(rules, { tap: listening, folder: __dirname, now: () => now });
    this.#analyze = server.makeAnalyzeRpcFun("slipway", "0.0.0", "mandatory", served);
    this.#analyzeStack = server.makeAnalyzeStackRpcFun("slipway", "0.0.0", "mandatory", served);
  }

  /** Registers a resource: the rules about single resources run. */
  async register(sent: Sent): Promise<Said[]> {
    this.#sent.push(sent);
    const request = new messages.AnalyzeRequest();
    request.setType(sent.type);
    request.setName(sent.name);
    request.setUrn(urnOf(sent));
    request.setProperties(Struct.fromJavaScript(sent.props as Record<string, never>));
    request.setOptions(options(sent));
    return this.#call(this.#analyze, overTheWire(AnalyzerService.analyze, request));
  }

  /** Ends the run: the rules over the whole stack run, on the final state. */
  async finish(state: readonly Sent[] = this.#sent): Promise<Said[]> {
    const request = new messages.AnalyzeStackRequest();
    for (const sent of state) {
      const resource = new messages.AnalyzerResource();
      resource.setType(sent.type);
      resource.setName(sent.name);
      resource.setUrn(urnOf(sent));
      resource.setProperties(Struct.fromJavaScript((sent.outputs ?? sent.props) as Record<string, never>));
      resource.setOptions(options(sent));
      request.addResources(resource);
    }
    return this.#call(this.#analyzeStack, overTheWire(AnalyzerService.analyzeStack, request));
  }

  /** The whole run. */
  async run(...resources: Sent[]): Promise<Said[]> {
    const said: Said[] = [];
    for (const resource of resources) said.push(...(await this.register(resource)));
    return [...said, ...(await this.finish())];
  }

  #call(handle: Handler, request: unknown): Promise<Said[]> {
    return new Promise((resolve, reject) => {
      handle({ request }, (error, response) => {
        if (error !== null && error !== undefined) reject(error);
        else resolve(response.getDiagnosticsList().map(read));
      });
    });
  }
}

export const urnOf = ({ type, name }: Sent): string => `urn:pulumi:test::slipway::${type}::${name}`;

/** An object as `@pulumi/kubernetes` registers it. */
export function sent(object: Loose, more: Partial<Sent> = {}): Sent {
  const props = object as Record<string, unknown>;
  const { apiVersion, kind, metadata } = props as {
    apiVersion: string;
    kind: string;
    metadata?: { name?: string };
  };
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return {
    type: `kubernetes:${group}:${kind}`,
    name: metadata?.name ?? "unnamed",
    props,
    protect: true,
    ...more,
  };
}

function options({ protect = false }: Sent): messages.AnalyzerResourceOptions {
  const made = new messages.AnalyzerResourceOptions();
  made.setProtect(protect);
  made.setCustomtimeouts(new messages.AnalyzerResourceOptions.CustomTimeouts());
  return made;
}

/** Serialises and reads back by the service's own functions: what a pack sees is what has passed through both. */
function overTheWire(method: unknown, message: unknown): unknown {
  const { requestSerialize, requestDeserialize } = method as {
    requestSerialize: (message: unknown) => Buffer;
    requestDeserialize: (bytes: Buffer) => unknown;
  };
  return requestDeserialize(requestSerialize(message));
}

const levels: Readonly<Record<number, string>> = {
  [messages.EnforcementLevel.ADVISORY]: "advisory",
  [messages.EnforcementLevel.MANDATORY]: "mandatory",
};
const severities = ["unspecified", "low", "medium", "high", "critical"];

function read(diagnostic: messages.AnalyzeDiagnostic): Said {
  return {
    rule: diagnostic.getPolicyname(),
    level: levels[diagnostic.getEnforcementlevel()] as Said["level"],
    severity: severities[diagnostic.getSeverity()] ?? "?",
    message: diagnostic.getMessage(),
    urn: diagnostic.getUrn(),
  };
}
