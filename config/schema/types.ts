/**
 * The leaves of the schema. Each reads what people write into what the program uses, and says what is allowed when it
 * cannot: the message of every issue made here is the "allowed" half of an error line (`allowed | remedy`).
 */
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { type Image, parseImage } from "../image";
import { ENV_NAME, HOST, LABEL, SECRET_NAME, SECRET_NAME_ALLOWED } from "../names";
import { type Schedule, parseSchedule, SCHEDULE_FORMS } from "../schedule";
import {
  type Bytes,
  type Cpu,
  type Duration,
  type Fraction,
  type Measured,
  parseBytes,
  parseCpu,
  parseDuration,
  parsePercent,
  parseRate,
  type Rate,
} from "../units";

/** Describes a key for editors and docs/configure.md. */
export function key<T extends z.ZodType>(type: T, description: string, ...examples: unknown[]): T {
  return type.meta(examples.length === 0 ? { description } : { description, examples });
}

function textOrNumber<T>(allowed: string, parse: (input: string | number) => T | undefined) {
  return z
    .union([z.string(), z.number()], { error: () => allowed })
    .transform((input, context): T => {
      const value = parse(input);
      if (value === undefined) context.addIssue({ code: "custom", message: allowed });
      return value ?? z.NEVER;
    })
    .meta({ allowed });
}

function text<T>(allowed: string, parse: (input: string) => T | undefined) {
  return z
    .string({ error: () => allowed })
    .transform((input, context): T => {
      const value = parse(input);
      if (value === undefined) context.addIssue({ code: "custom", message: allowed });
      return value ?? z.NEVER;
    })
    .meta({ allowed });
}

function pattern(allowed: string, matches: RegExp, longest = Infinity) {
  return z
    .string({ error: () => allowed })
    .refine((input) => matches.test(input) && input.length <= longest, {
      error: () => allowed,
      abort: true,
    })
    .meta({ allowed, pattern: matches.source });
}

function between<T extends Measured>(value: T | undefined, least: number, most: number): T | undefined {
  return value !== undefined && value.value >= least && value.value <= most ? value : undefined;
}

const SIZE = "a size such as 256Mi or 1.5Gi";
export const bytes = (least = 1, most = Number.MAX_SAFE_INTEGER, allowed = SIZE) =>
  textOrNumber<Bytes>(allowed, (input) => between(parseBytes(input), least, most));

export const cpu = () =>
  textOrNumber<Cpu>("cores such as 500m, 0.5 or 2, at least 1m", (input) =>
    between(parseCpu(input), 1, 256_000),
  );

export const duration = (
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
  allowed = "a duration such as 200ms, 15m or 1h30m",
) => text<Duration>(allowed, (input) => between(parseDuration(input), least, most));

export const percent = (least = 0, most = 1, allowed = "a percentage from 0 to 100 such as 99.9 or 0.1%") =>
  textOrNumber<Fraction>(allowed, (input) => between(parsePercent(input), least, most));

export const rate = () =>
  text<Rate>("a rate such as 10/s, 600/m or 100/15m", (input) => {
    const parsed = parseRate(input);
    return parsed !== undefined && parsed.count >= 1 && Number.isInteger(parsed.count) ? parsed : undefined;
  });

export const schedule = () => text<Schedule>(SCHEDULE_FORMS, parseSchedule);

export const image = () =>
  text<Image>("an image such as ghcr.io/acme/api:1.2.3@sha256:<64 hex digits>", parseImage);

export const whole = (least: number, most: number) => {
  const allowed = `a whole number from ${least} to ${most}`;
  return z
    .int({ error: () => allowed })
    .min(least, { error: () => allowed })
    .max(most, { error: () => allowed })
    .meta({ allowed });
};

export const port = () => whole(1, 65535);

export const name = (longest: number, what = "name") =>
  pattern(
    `a ${what} of 1 to ${longest} lower-case letters, digits and dashes that starts with a letter and does not end with a dash`,
    LABEL,
    longest,
  );

export const envName = () =>
  pattern("an environment variable's name: letters, digits and _, not starting with a digit", ENV_NAME, 128);

/** The name of an entry in `secrets`. Whether it is there is a cross-check. */
export const secretName = () => pattern(SECRET_NAME_ALLOWED, SECRET_NAME, 64);

export const host = () => pattern("a host name such as app.example.com, in lower case", HOST);

export const cidr = () =>
  text<string>("an address range such as 203.0.113.0/24 or 2001:db8::/32", (input) => {
    const range = input.includes("/") ? input : `${input}/${input.includes(":") ? 128 : 32}`;
    if (!ipaddr.isValidCIDR(range)) return undefined;
    // 10.0.0.1/8 is a slip: firewalls disagree on what it means.
    const [address, bits] = ipaddr.parseCIDR(range);
    const kind = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
    return kind.networkAddressFromCIDR(range).toString() === address.toString()
      ? `${address.toString()}/${bits}`
      : undefined;
  });

export const absolutePath = (allowed = "a path that starts with / such as /health") =>
  pattern(allowed, /^\/[^\s?#]*$/, 1024);

export const nonEmpty = (allowed: string, longest = 4096) =>
  z
    .string({ error: () => allowed })
    .refine((input) => input.trim().length > 0 && input.length <= longest, { error: () => allowed })
    .meta({ allowed });

export const url = (allowed = "an address such as https://example.com/path", schemes = ["http:", "https:"]) =>
  z
    .string({ error: () => allowed })
    .refine(
      (input) =>
        URL.canParse(input) && schemes.includes(new URL(input).protocol) && new URL(input).password === "",
      { error: () => allowed },
    );

/** A command with its arguments: a list, never a shell line, so that no quoting can go wrong. */
export const command = () =>
  z
    .array(nonEmpty("words of a command", 16_384), {
      error: () => "a list of words such as [alembic, upgrade, head]",
    })
    .min(1, { error: () => "a list of words such as [alembic, upgrade, head]" });

/** One of a few words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(...words: T) =>
  z.enum(words, { error: () => `one of ${words.join(", ")}` });

export const yesOrNo = () => z.boolean({ error: () => "true or false" });

export const GI = 1024 ** 3;

/** What to say of a map with several forms: the words its discriminator may be, or that there is no map at all. */
export const oneForm = (words: string, map: string) => (issue: { readonly input?: unknown }) =>
  typeof issue.input === "object" && issue.input !== null && !Array.isArray(issue.input) ? words : map;

/** A discriminator that may be left out. */
export function withDefault(field: string, value: string) {
  return (input: unknown) =>
    typeof input === "object" && input !== null && !Array.isArray(input) && !(field in input)
      ? { [field]: value, ...input }
      : input;
}
