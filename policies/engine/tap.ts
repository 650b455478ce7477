/**
 * What the engine tells an analyzer and @pulumi/policy 1.21 drops: the stack's configuration (ConfigureStack), and which
 * values are secret. Both are read from the messages as they are decoded; nothing is kept longer than the
 * resource's analysis.
 */
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import type { EnforcementLevel } from "@pulumi/policy";
import type {
  AnalyzeRequest,
  AnalyzerStackConfigureRequest,
  AnalyzeStackRequest,
  ConfigureAnalyzerRequest,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { isObject, join } from "../unknown";

export interface StackFacts {
  readonly project: string;
  readonly preview: boolean;
  /** A key of the stack's configuration as text, `slipway:tier`. */
  readonly config: (key: string) => string | undefined;
}

export interface Tap {
  stack(): StackFacts | undefined;
  /** The level that the policy config, or else its default, gives a policy; undefined before the engine has told. */
  level(policy: string): EnforcementLevel | undefined;
  /** Paths of the secret values among the inputs of a resource that is being analysed. */
  secretInputs(urn: string): readonly string[] | undefined;
  /** The same among the outputs of a resource of the final state. */
  secretOutputs(urn: string): readonly string[] | undefined;
}

interface Decoded<T> {
  requestDeserialize: (bytes: Buffer) => T;
}

/** Listens from now on. Call it before the pack starts to serve. */
export function tap(): Tap {
  let stack: StackFacts | undefined;
  // Resources are analysed one at a time, but nothing in the protocol says so: keep the last few.
  const inputs = new Map<string, AnalyzeRequest>();
  let outputs: AnalyzeStackRequest | undefined;
  const levels = new Map<string, EnforcementLevel>();

  listen(AnalyzerService.configureStack as unknown as Decoded<AnalyzerStackConfigureRequest>, (request) => {
    const config = request.getConfigMap();
    stack = { project: request.getProject(), preview: request.getDryRun(), config: (key) => config.get(key) };
  });
  listen(AnalyzerService.configure as unknown as Decoded<ConfigureAnalyzerRequest>, (request) => {
    request.getPolicyconfigMap().forEach((policy, name) => {
      const level = levelNames[policy.getEnforcementlevel()];
      if (level !== undefined) levels.set(name, level);
    });
  });
  listen(AnalyzerService.analyze as unknown as Decoded<AnalyzeRequest>, (request, bytes) => {
    inputs.delete(request.getUrn());
    if (!bytes.includes(secretMark)) return;
    inputs.set(request.getUrn(), request);
    const [oldest] = inputs.keys();
    if (inputs.size > 64 && oldest !== undefined) inputs.delete(oldest);
  });
  listen(AnalyzerService.analyzeStack as unknown as Decoded<AnalyzeStackRequest>, (request) => {
    outputs = request;
  });

  // The engine sends each resource a second time, to be changed. No rule changes any, so the first stands for all.
  const remediate = AnalyzerService.remediate as unknown as Decoded<AnalyzeRequest>;
  const decode = remediate.requestDeserialize;
  let first: AnalyzeRequest | undefined;
  remediate.requestDeserialize = (bytes) => (first ??= decode(bytes));

  return {
    stack: () => stack,
    level: (policy) => levels.get(policy),
    secretInputs: (urn) => secretPaths(inputs.get(urn)),
    secretOutputs: (urn) =>
      secretPaths(outputs?.getResourcesList().find((resource) => resource.getUrn() === urn)),
  };
}

function listen<T>(method: Decoded<T>, hear: (message: T, bytes: Buffer) => void): void {
  const decode = method.requestDeserialize;
  method.requestDeserialize = (bytes) => {
    const message = decode(bytes);
    hear(message, bytes);
    return message;
  };
}

interface WithProperties {
  getProperties(): { toJavaScript(): Record<string, unknown> } | undefined;
}

function secretPaths(request: WithProperties | undefined): string[] | undefined {
  const properties = request?.getProperties()?.toJavaScript();
  return properties === undefined ? undefined : [...marked(properties, "")];
}

/** The protocol's numbers for levels. */
const levelNames: readonly EnforcementLevel[] = ["advisory", "mandatory", "disabled", "remediate"];

/** How the engine marks a special value, and a secret among those (sdk/nodejs/runtime/rpc.ts). */
const mark = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

export function* marked(value: unknown, path: string): Generator<string> {
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) yield* marked(inner, join(path, index));
  } else if (isObject(value)) {
    if (value[mark] === secretMark) yield path;
    else for (const [key, inner] of Object.entries(value)) yield* marked(inner, join(path, key));
  }
}
