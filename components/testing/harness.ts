/**
 * Runs a program of components without an engine and lets a test look at every resource it registered: type, parent,
 * inputs, provider, protection, order, and which of its values are secret. A call or resource that nobody mocked fails.
 *
 * ```ts
 * const graph = await programOf(() => { new Api("api", { … }); });
 * const deployment = graph.one("kubernetes:apps/v1:Deployment");
 * assert.equal(deployment.inputs.spec.replicas, 2);
 * ```
 */
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { type Json, reveal, UNKNOWN } from "./wire";

/** A former identity; what an alias does not say is as it is now. */
export interface Alias {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string;
}

/** One registered resource. */
export interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Inputs as the engine would get them, secrets unwrapped; what is unknown is {@link UNKNOWN}. */
  readonly inputs: Json;
  /** Paths of its inputs that are secret: `stringData.url`. */
  readonly secrets: readonly string[];
  readonly parent: string;
  /** URN of its provider; empty for the default one. */
  readonly provider: string;
  readonly protect: boolean;
  /** URNs it is made after. */
  readonly after: readonly string[];
  /** What it was called before, as far as its options say. */
  readonly aliases: readonly Alias[];
  readonly ignoreChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** What came of it: its inputs, and what its provider made up. */
  readonly state: Json;
  /** What its component registered as outputs, secrets unwrapped; undefined when nothing was. */
  outputs?: Json;
  /** Paths of its outputs that are secret. */
  outputSecrets: readonly string[];
  /** How often outputs were registered. */
  finished: number;
}

export interface Mocks {
  /** Answers for functions of providers, by token: `kubernetes:core/v1:Service/get`. */
  readonly calls?: Readonly<Record<string, (inputs: Json) => Json>>;
  /** State of resources beyond their inputs, by type; of a package with `random:*`. */
  readonly resources?: Readonly<Record<string, (inputs: Json, name: string) => Json>>;
  /** Whether it is a preview, in which what providers make up is unknown. */
  readonly preview?: boolean;
  readonly project?: string;
  readonly stack?: string;
}

/** What providers of Slipway's own components make up, in place of chance. */
const USUAL: NonNullable<Mocks["resources"]> = {
  "cloudflare:*": () => ({}),
  "cloudflare:index/accountToken:AccountToken": (_, name) => ({ value: `token of ${name}` }),
  "docker:index/image:Image": (inputs) => ({
    repoDigest: `${String(inputs.imageName)}@sha256:${"0".repeat(64)}`,
  }),
  "kubernetes:*": () => ({}),
  "pulumi:*": () => ({}),
  "random:index/randomBytes:RandomBytes": (_, name) => ({
    base64: Buffer.from(`bytes of ${name}`).toString("base64"),
    hex: Buffer.from(`bytes of ${name}`).toString("hex"),
  }),
  "random:index/randomPassword:RandomPassword": (_, name) => ({
    bcryptHash: `bcrypt of ${name}`,
    result: `password-of-${name}`,
  }),
  "random:index/randomUuid:RandomUuid": () => ({ result: "00000000-0000-4000-8000-000000000000" }),
  "slipway:*": () => ({}),
};

/** Everything a program registered, once it has registered everything. */
export class Graph {
  constructor(readonly resources: readonly Registered[]) {}

  /** What the program returned: the stack's outputs. */
  get outputs(): Json {
    return this.one("pulumi:pulumi:Stack").outputs ?? {};
  }

  /** Paths of the stack's outputs that are secret. */
  get outputSecrets(): readonly string[] {
    return this.one("pulumi:pulumi:Stack").outputSecrets;
  }

  /** All resources of a type, and with a name if one is given. */
  all(type: string, name?: string): Registered[] {
    return this.resources.filter((one) => one.type === type && (name === undefined || one.name === name));
  }

  /** The one resource of a type, and with a name if one is given. */
  one(type: string, name?: string): Registered {
    const [first, ...more] = this.all(type, name);
    if (first !== undefined && more.length === 0) return first;
    const others = this.resources.filter((one) => one.type === type).map((one) => one.name);
    const wanted = name === undefined ? type : `${type} ${JSON.stringify(name)}`;
    throw new Error(
      `${first === undefined ? "no" : "more than one"} ${wanted}; of that type: ${others.join(", ") || "none"}`,
    );
  }

  /** The resource of a name, whatever its type. */
  named(name: string): Registered {
    const found = this.resources.filter((one) => one.name === name);
    if (found[0] !== undefined && found.length === 1) return found[0];
    throw new Error(
      `${found.length} resources called ${JSON.stringify(name)}; there are ${this.names().join(", ")}`,
    );
  }

  /** Direct children of a resource. */
  childrenOf(parent: Registered): Registered[] {
    return this.resources.filter((one) => one.parent === parent.urn);
  }

  /** Everything below a resource. */
  below(parent: Registered): Registered[] {
    return this.childrenOf(parent).flatMap((child) => [child, ...this.below(child)]);
  }

  names(): string[] {
    return this.resources.map((one) => one.name);
  }
}

/** What it returns are the stack's outputs. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a program without outputs returns nothing
export type Program = () => Record<string, unknown> | void | Promise<Record<string, unknown> | void>;

/** Runs the program to its end, every registration and every output included. Programs run one after the other. */
export async function programOf(program: Program, mocks: Mocks = {}): Promise<Graph> {
  const registered = new Map<string, Registered>();
  const failures: unknown[] = [];
  const refuse = (message: string): never => {
    const error = new Error(message);
    failures.push(error);
    throw error;
  };
  await pulumi.runtime.setMocks(
    {
      call: ({ token, inputs }) =>
        (mocks.calls?.[token] ?? refuse(`nobody mocked the call ${token}`))(inputs as Json),
      newResource: ({ type, name, inputs, id }) => {
        const table = { ...USUAL, ...mocks.resources };
        const answer = table[type] ?? table[`${type.split(":")[0] ?? ""}:*`];
        if (answer === undefined) return refuse(`nobody mocked the resource ${type} ${JSON.stringify(name)}`);
        if (type.startsWith("kubernetes:")) nameLikeProvider(inputs as Json, name);
        const made =
          mocks.preview === true ? unknown(answer(inputs as Json, name)) : answer(inputs as Json, name);
        return { id: said(id, `${name}-id`), state: { ...(inputs as Json), ...made } };
      },
    },
    mocks.project ?? "slipway",
    mocks.stack ?? "test",
    mocks.preview ?? false,
  );
  listen(registered);
  await settled(program, failures);
  // Everything that went wrong, each once: one failed output fails all that use it.
  const different = [...new Map(failures.map((failure) => [String(failure), failure])).values()];
  if (different.length > 1) throw new AggregateError(different, different.map(String).join("\n"));
  if (different.length === 1) throw different[0];
  return new Graph([...registered.values()]);
}

/** The parts of the monitor's wire format that say more than mocks are told. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getProtect(): boolean;
  getDeletebeforereplace(): boolean;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getAliasesList(): {
    getSpec(): { getName(): string; getType(): string; getParenturn(): string } | undefined;
    getUrn(): string;
  }[];
  getObject(): { toJavaScript(): Json } | undefined;
}
interface Outputs {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Json } | undefined;
}
interface Response {
  getUrn(): string;
  getObject(): { toJavaScript(): Json } | undefined;
}
type Callback = (error: Error | null, response?: Response) => void;
interface Monitor {
  registerResource(request: Request, callback: Callback): Promise<void>;
  registerResourceOutputs(request: Outputs, callback: Callback): void;
}

/** Overhears what the program tells the engine: mocks alone learn neither parents nor options nor what is secret. */
function listen(registered: Map<string, Registered>): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    register(request, (error, response) => {
      if (response !== undefined) registered.set(response.getUrn(), toRegistered(response, request));
      callback(error, response);
    });
  const finish = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request, callback) => {
    const resource = registered.get(request.getUrn());
    if (resource !== undefined) {
      const { value, secrets } = reveal(request.getOutputs()?.toJavaScript() ?? {});
      resource.outputs = value;
      resource.outputSecrets = secrets;
      resource.finished += 1;
    }
    finish(request, callback);
  };
}

function toRegistered(response: Response, request: Request): Registered {
  const { value, secrets } = reveal(request.getObject()?.toJavaScript() ?? {});
  return {
    after: [...new Set(request.getDependenciesList())].sort(),
    aliases: request.getAliasesList().map((alias) => {
      const spec = alias.getSpec();
      return {
        name: said(spec?.getName(), request.getName()),
        parent: said(spec?.getParenturn(), request.getParent()),
        type: said(spec?.getType(), request.getType()),
        urn: alias.getUrn(),
      };
    }),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    finished: 0,
    ignoreChanges: request.getIgnorechangesList(),
    inputs: value,
    name: request.getName(),
    outputSecrets: [],
    parent: request.getParent(),
    protect: request.getProtect(),
    provider: request.getProvider().replace(/::[^:]*$/, ""),
    secrets,
    state: reveal(response.getObject()?.toJavaScript() ?? {}).value,
    type: request.getType(),
    urn: response.getUrn(),
  };
}

/** An object without a name gets one from its provider; here one that other content changes, as a replacement would. */
function nameLikeProvider(inputs: Json, name: string): void {
  const metadata = (inputs.metadata ??= {}) as Json;
  metadata.name ??= `${name}-${createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 8)}`;
}

/** In a preview nobody knows yet what a provider will make up. */
function unknown(made: Json): Json {
  return Object.fromEntries(Object.keys(made).map((key) => [key, UNKNOWN]));
}

/** The wire format has no way to say nothing but the empty text. */
function said(text: string | undefined, otherwise: string): string {
  return text === undefined || text === "" ? otherwise : text;
}

/** Waits until nothing is under way. */
async function settled(program: Program, failures: unknown[]): Promise<void> {
  const lost = (reason: unknown) => failures.push(reason);
  // An output nobody awaits fails as an unhandled rejection; here it fails the program that made it.
  process.on("unhandledRejection", lost);
  try {
    await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program()));
    await pulumi.runtime.disconnect();
    // Rejections are told of after the microtasks of the turn they happened in.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("unhandledRejection", lost);
  }
}
