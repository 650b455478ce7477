/** What rules look at: a resource of a stack, or an object of a folder of manifests, in one shape. */
import { groupOf, isKind, type Kind } from "./kinds";
import { guarded, isObject, isUnknown, Unknown, type Json } from "./unknown";

export interface Options {
  readonly protect: boolean;
  readonly parent?: string | undefined;
}

export class Resource {
  /** Properties as they came, marks of unknown values included. */
  readonly raw: Json;
  readonly urn: string | undefined;
  /** Pulumi's type token; for a manifest, `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly #name: string;
  /** Absent in a folder of manifests, where nothing can be protected. */
  readonly options: Options | undefined;
  /** Paths of the values that are marked as secret; undefined when that is not told. */
  get secrets(): readonly string[] | undefined {
    return this.#secrets?.();
  }
  readonly #secrets: (() => readonly string[] | undefined) | undefined;

  constructor(from: {
    raw: Json;
    type: string;
    name: string;
    urn?: string | undefined;
    options?: Options | undefined;
    secrets?: (() => readonly string[] | undefined) | undefined;
  }) {
    this.raw = from.raw;
    this.type = from.type;
    this.#name = from.name;
    this.urn = from.urn;
    this.options = from.options;
    this.#secrets = from.secrets;
  }

  /** The properties; reading one that is not known yet throws {@link Unknown}. */
  // Deliberately loose: rules read shapes that no type describes (any provider, any version).
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  get props(): Record<string, any> {
    return guarded(this.raw);
  }

  /** A patch changes an object of someone else's; it is no whole object that a rule could judge. */
  get isPatch(): boolean {
    return this.type.startsWith("kubernetes:") && this.type.endsWith("Patch");
  }

  get isObject(): boolean {
    return (
      typeof this.raw.kind === "string" &&
      groupOf(this.raw.apiVersion) !== undefined &&
      (this.type.startsWith("kubernetes:") || this.type === "") &&
      !this.isPatch
    );
  }

  is(kind: Kind): boolean {
    return this.isObject && isKind(this.raw, kind);
  }

  get metadata(): {
    name: string | undefined;
    namespace: string | undefined;
    labels: Record<string, string>;
  } {
    const metadata = isObject(this.raw.metadata) ? this.raw.metadata : {};
    const text = (value: unknown) => (typeof value === "string" && !isUnknown(value) ? value : undefined);
    const labels = isObject(metadata.labels) ? metadata.labels : {};
    return {
      name: text(metadata.name),
      namespace: text(metadata.namespace),
      labels: Object.fromEntries(
        Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
      ),
    };
  }

  /** Pulumi's name of it, or the object's. */
  get name(): string {
    return this.#name;
  }

  /** How people call it: `Deployment/shop/api`; a resource that is no object, by the last word of its type. */
  get label(): string {
    if (!this.isObject) return `${this.type.split(":").at(-1) ?? this.type}/${this.#name}`;
    const { name, namespace } = this.metadata;
    return [this.raw.kind as string, namespace, name ?? this.#name]
      .filter((word) => word !== undefined)
      .join("/");
  }
}

export class Stack {
  constructor(
    readonly resources: readonly Resource[],
    /** What is not known is told here, for this resource. */
    private readonly unknown: (resource: Resource, property: string) => void,
  ) {}

  of(...kinds: Kind[]): Resource[] {
    return this.resources.filter((resource) => kinds.some((kind) => resource.is(kind)));
  }

  /** Looks at each; one that depends on unknown values is reported as such and does not stop the others. */
  each(resources: readonly Resource[], look: (resource: Resource) => void): void {
    for (const resource of resources) this.known(resource, () => look(resource));
  }

  /** Runs `look` for a resource; undefined, and a note, when it met an unknown value. */
  known<T>(resource: Resource, look: () => T): T | undefined {
    try {
      return look();
    } catch (thrown) {
      if (!(thrown instanceof Unknown)) throw thrown;
      this.unknown(resource, thrown.property);
      return undefined;
    }
  }
}
