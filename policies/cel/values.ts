/** JSON as CEL sees it: whole numbers are ints, null is absent, and a value not known yet is an error of its own kind. */
import { celError, type CelError, type CelMap, type CelValue } from "@bufbuild/cel";
import { isUnknown, join, propertyOf, Unknown } from "../unknown";

// How the library tells its own collections from anything else. Making ours the same way spares a copy of each object
// for each rule, and is the only way to make `has()` of an unknown value unknown.
const mapMark = Symbol.for("@bufbuild/cel/map");
const listMark = Symbol.for("@bufbuild/cel/list");

type Result = CelValue | CelError | undefined;

/** The API server stores quantities as texts, whatever was written. */
const quantities = /(^|\.)(limits|requests|hard|capacity)\.[^.[\]]+$|\.sizeLimit$/;

export function toCel(value: unknown, path: string): Result {
  if (typeof value === "string") return isUnknown(value) ? celError(new Unknown(path)) : value;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (quantities.test(path)) return String(value);
    return Number.isInteger(value) ? BigInt(value) : value;
  }
  if (typeof value !== "object" || value === null) return undefined;
  return (Array.isArray(value) ? new JsonList(value, path) : new JsonMap(value, path)) as unknown as CelMap;
}

class JsonMap {
  readonly [mapMark] = {};
  constructor(
    private readonly value: object,
    private readonly path: string,
  ) {}

  get(key: unknown): Result {
    if (typeof key !== "string" || !Object.hasOwn(this.value, key)) return undefined;
    return toCel((this.value as Record<string, unknown>)[key], join(this.path, key));
  }

  /** `has(a.b)` of a value that is not known is not known either: it may yet turn out to be nothing. */
  has(key: unknown): boolean | CelError {
    const found = this.get(key);
    return isCelUnknown(found) ? found : found !== undefined;
  }

  *keys(): Generator<string> {
    for (const [key, value] of Object.entries(this.value))
      if (value !== null && value !== undefined) yield key;
  }

  *entries(): Generator<[string, Result]> {
    for (const key of this.keys()) yield [key, this.get(key)];
  }

  *values(): Generator<Result> {
    for (const key of this.keys()) yield this.get(key);
  }

  get size(): number {
    return [...this.keys()].length;
  }

  forEach(callback: (value: Result, key: string) => void): void {
    for (const [key, value] of this.entries()) callback(value, key);
  }

  [Symbol.iterator](): Generator<[string, Result]> {
    return this.entries();
  }
}

class JsonList {
  readonly [listMark] = {};
  constructor(
    private readonly value: readonly unknown[],
    private readonly path: string,
  ) {}

  get size(): number {
    return this.value.length;
  }

  get(index: number): Result {
    return toCel(this.value[index], join(this.path, index));
  }

  *values(): Generator<Result> {
    for (let index = 0; index < this.value.length; index++) yield this.get(index);
  }

  [Symbol.iterator](): Generator<Result> {
    return this.values();
  }
}

function isCelUnknown(value: unknown): value is CelError {
  return value instanceof Error && unknownIn(value) !== undefined;
}

/**
 * The unknown property that an evaluation stumbled over, if that is why it failed. When `||` or `&&` merge two errors,
 * the library keeps the first one's message only, and the others as the cause: so the message is what tells.
 */
export function unknownIn(error: unknown): string | undefined {
  if (Array.isArray(error)) {
    for (const inner of error) {
      const found = unknownIn(inner);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return error instanceof Error ? (propertyOf(error.message) ?? unknownIn(error.cause)) : undefined;
}

/** Variables that are worked out when first asked for, and once: as the API server does. */
export class LazyMap extends JsonMap {
  readonly #known = new Map<string, Result>();
  constructor(private readonly work: ReadonlyMap<string, () => Result>) {
    super({}, "variables");
  }

  override get(key: unknown): Result {
    if (typeof key !== "string") return undefined;
    if (!this.#known.has(key)) this.#known.set(key, this.work.get(key)?.());
    return this.#known.get(key);
  }
}
