/** What became of each setting of a compose file: carried over, changed on the way, or not possible here. */

export type Outcome = "carried" | "changed" | "left out";
export type Path = readonly (string | number)[];

export interface Said {
  readonly path: Path;
  readonly outcome: Outcome;
  /** Where it went, or why it could not. */
  readonly text: string;
  readonly line?: number | undefined;
}

export class Report {
  readonly #said: Said[] = [];
  readonly #notes: Said[] = [];

  constructor(private readonly lineOf: (path: Path) => number | undefined) {}

  carried(path: Path, text: string): void {
    this.#say(path, "carried", text);
  }
  changed(path: Path, text: string): void {
    this.#say(path, "changed", text);
  }
  leftOut(path: Path, text: string): void {
    this.#say(path, "left out", text);
  }

  /** A word about something as a whole, which excuses none of its settings. */
  note(path: Path, text: string): void {
    this.#notes.push({ line: this.lineOf(path), outcome: "changed", path, text });
  }

  /** Whether something was said of a setting, or of one around it. */
  knows(path: Path): boolean {
    return this.#said.some((one) => one.path.every((step, index) => step === path[index]));
  }

  /** Nothing goes unsaid: whatever no line is about was not read by anything. */
  sweep(file: unknown): void {
    for (const path of leaves(file)) {
      if (!this.knows(path)) this.leftOut(path, "nothing here reads it");
    }
  }

  /** In the order of the file. */
  all(): Said[] {
    return [...this.#said, ...this.#notes].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  }

  #say(path: Path, outcome: Outcome, text: string): void {
    this.#said.push({ line: this.lineOf(path), outcome, path, text });
  }
}

/** A line for people: `12 services.api.ports[0]: carried: …`. */
export function formatSaid({ line, outcome, path, text }: Said, where: string): string {
  const at = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return `${where}:${line ?? 1}: ${at.replace(/^\./, "")}: ${outcome}: ${text}`;
}

/** Paths of all values that hold no others. */
export function leaves(value: unknown, at: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => leaves(one, [...at, index]));
  if (typeof value !== "object" || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, one]) => leaves(one, [...at, key]));
  return below.length === 0 ? [at] : below;
}
