/** Small helpers to write CEL that both engines read: no optional types, no functions that only one of them has. */

/** `has(a.b) && has(a.b.c)` for `a.b.c`, from the first property that may be missing. */
export function given(path: string): string {
  const words = path.split(".");
  const start = words[0] === "variables" ? 2 : 1;
  const checks = words.slice(start).map((_, index) => `has(${words.slice(0, start + index + 1).join(".")})`);
  return checks.length === 1 ? (checks[0] ?? "") : `(${checks.join(" && ")})`;
}

/** The value at the path, or else the other. */
export const or = (path: string, other: string): string => `(${given(path)} ? ${path} : ${other})`;

/** True when the path is there and has this value. */
export const is = (path: string, value: string): string => `(${given(path)} && ${path} == ${value})`;

export const text = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

export const list = (values: readonly string[]): string => `[${values.map(text).join(", ")}]`;
