/** Numbers as people read them; what is not known is a dash. */
import type { SignalUnit } from "../../config";

export const UNKNOWN = "–";
type Maybe = number | undefined;

/** 0.9995 is `99.95 %`; the nearer to all or nothing, the more digits matter. */
export function share(value: Maybe): string {
  if (value === undefined) return UNKNOWN;
  const percent = value * 100;
  const digits = (percent > 99 && percent < 100) || (percent > 0 && percent < 1) ? 3 : 1;
  return `${trimmed(percent.toFixed(digits))} %`;
}

/** 0.145 is `145 ms`, 90000 is `1 d 1 h`. */
export function duration(value: Maybe): string {
  if (value === undefined) return UNKNOWN;
  if (value < 0) return `-${duration(-value)}`;
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 60) return `${trimmed(value.toFixed(1))} s`;
  const units = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
  ] as const;
  const first = units.findIndex(([, size]) => value >= size);
  let rest = Math.floor(value / 60) * 60;
  return units
    .slice(first, first + 2)
    .flatMap(([name, size]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count === 0 ? [] : [`${count} ${name}`];
    })
    .join(" ");
}

export function count(value: Maybe): string {
  if (value === undefined) return UNKNOWN;
  return trimmed(value.toFixed(value < 10 ? 2 : 0));
}

export function perSecond(value: Maybe): string {
  return value === undefined ? UNKNOWN : `${count(value)}/s`;
}

export function ofUnit(unit: SignalUnit, value: Maybe): string {
  switch (unit) {
    case "percent":
      return share(value);
    case "duration":
      return duration(value);
    case "bytes":
      return value === undefined ? UNKNOWN : `${count(value / 1024 ** 2)} MiB`;
    case "count":
      return count(value);
  }
}

function trimmed(number: string): string {
  return number.includes(".") ? number.replace(/\.?0+$/, "") : number;
}
