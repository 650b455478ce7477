/**
 * Quantities as people write them (`256Mi`, `500m`, `15m`, `10/s`, `0.1%`), read once into numbers. A quantity
 * keeps its text, so that whoever shows it back shows what was written.
 */

/** A number in its base unit, with the text it came from. */
export interface Measured {
  readonly value: number;
  readonly text: string;
}
/** `value` is in bytes. */
export type Bytes = Measured;
/** `value` is in thousandths of a core. */
export type Cpu = Measured;
/** `value` is in milliseconds. */
export type Duration = Measured;
/** `value` is a fraction: 0.1 % is 0.001. */
export type Fraction = Measured;
/** `value` is per second; `count` and `per` (milliseconds) are what was written: 600/m is 600 per 60000. */
export interface Rate extends Measured {
  readonly count: number;
  readonly per: number;
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};
const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3600e3,
  d: 86_400e3,
  w: 7 * 86_400e3,
};
const RATE_PERIODS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 };

const NUMBER = String.raw`(?:0|[1-9]\d{0,15})(?:\.\d{1,9})?`;

/** `256Mi`, `1.5Gi`, `500M` or a bare count of bytes; undefined when it is none of these. */
export function parseBytes(input: string | number): Bytes | undefined {
  const text = String(input).trim();
  const match = new RegExp(`^(${NUMBER})([kMGTP]|[KMGTP]i)?$`).exec(text);
  const factor = BYTE_UNITS[match?.[2] ?? ""];
  if (match?.[1] === undefined || factor === undefined) return undefined;
  const value = Number(match[1]) * factor;
  return Number.isSafeInteger(value) ? { value, text } : undefined;
}

/** `500m`, `0.5` or `2`: cores; undefined when it is none of these or finer than a thousandth of a core. */
export function parseCpu(input: string | number): Cpu | undefined {
  const text = String(input).trim();
  const match = new RegExp(`^(${NUMBER})(m)?$`).exec(text);
  if (match?.[1] === undefined) return undefined;
  const exact = Number(match[1]) * (match[2] === "m" ? 1 : 1000);
  const value = Math.round(exact);
  return Math.abs(exact - value) < 1e-6 && Number.isSafeInteger(value) ? { value, text } : undefined;
}

/** `200ms`, `15m`, `1h30m`, `7d`: always with its unit; undefined otherwise. */
export function parseDuration(input: string | number): Duration | undefined {
  const text = String(input).trim();
  if (!new RegExp(`^(?:${NUMBER}(?:ms|[smhdw]))+$`).test(text))
    return text === "0" ? { value: 0, text } : undefined;
  let value = 0;
  let largest = Infinity;
  for (const [, count, unit] of text.matchAll(new RegExp(`(${NUMBER})(ms|[smhdw])`, "g"))) {
    const factor = DURATION_UNITS[unit ?? ""] ?? NaN;
    if (factor >= largest) return undefined; // 5m1h and 1m1m are slips, not durations
    largest = factor;
    value += Number(count) * factor;
  }
  // 1.1h is 3960000.0000000005 in binary; 0.5ms is less than anything here can tell apart.
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-3 && Number.isSafeInteger(whole) ? { value: whole, text } : undefined;
}

/** `10/s`, `600/m`, `100/15m`: a count per period. */
export function parseRate(input: string | number): Rate | undefined {
  const text = String(input).trim();
  const match = new RegExp(`^(${NUMBER})/(.+)$`).exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const per = RATE_PERIODS[match[2]] ?? parseDuration(match[2])?.value;
  const count = Number(match[1]);
  if (per === undefined || per <= 0) return undefined;
  return { value: count / (per / 1000), text, count, per };
}

/** `99.9`, `99.9%` or `0.1%`: per cent, as a fraction. */
export function parsePercent(input: string | number): Fraction | undefined {
  const text = String(input).trim();
  const match = new RegExp(`^(${NUMBER})\\s?%?$`).exec(text);
  if (match?.[1] === undefined) return undefined;
  // 99.9 / 100 is 0.9990000000000001 in binary; a promise of four nines should not carry such dust.
  const value = Number((Number(match[1]) / 100).toPrecision(12));
  return { value, text: text.endsWith("%") ? text : `${text}%` };
}

/** Bytes as Kubernetes writes them: the largest binary unit that divides them. */
export function formatBytes(bytes: number): string {
  for (const unit of ["Pi", "Ti", "Gi", "Mi", "Ki"]) {
    const factor = BYTE_UNITS[unit] ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

/** Thousandths of a core as Kubernetes writes them: `500m`, or whole cores. */
export function formatCpu(millicores: number): string {
  return millicores % 1000 === 0 ? String(millicores / 1000) : `${millicores}m`;
}

/**
 * Milliseconds as people and programs write them: `1h30m`. With `go`, only the units that Go's
 * time.ParseDuration knows (Gateway API, Traefik, cert-manager): no days, no weeks.
 */
export function formatDuration(milliseconds: number, style: "people" | "go" = "people"): string {
  const units = style === "go" ? ["h", "m", "s", "ms"] : ["d", "h", "m", "s", "ms"];
  let rest = Math.round(milliseconds);
  let text = "";
  for (const unit of units) {
    const factor = DURATION_UNITS[unit] ?? 1;
    const count = Math.floor(rest / factor);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * factor;
  }
  return text === "" ? "0s" : text;
}

/** A fraction as a percentage: 0.001 is `0.1%`. */
export function formatPercent(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(10))}%`;
}
