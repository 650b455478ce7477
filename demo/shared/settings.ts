/**
 * Settings come from the environment only, are read once at the start, and are wrong all at once:
 * whoever deploys sees every problem in one go, and never the value of a secret.
 */
import { z } from "zod";

const secretNames = new Set(["DATABASE_URL", "DATABASE_READ_URL", "REDIS_URL", "JWT_SECRET", "SENTRY_DSN"]);

/** A wrong environment. Its message is for people: one line for each variable. */
export class SettingsProblem extends Error {}

const seconds = (initial: number) =>
  z.coerce.number({ error: "must be a number of seconds" }).min(0).max(3600).default(initial);

const urlOf = (schemes: string[], example: string) =>
  z
    .string({ error: `is missing. Write ${example}` })
    .refine(
      (text) => schemes.some((scheme) => text.startsWith(`${scheme}://`)) && URL.canParse(text),
      `must be a URL beginning with ${schemes.join(":// or ")}://. Write ${example}`,
    );

const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** What every part takes. Unset and empty mean the same: a Secret key left blank is not a value. */
export const common = {
  RELEASE: z.string().default("dev"),
  LOG_LEVEL: z
    .string()
    .default("info")
    // Half the world writes "warning".
    .transform((text) => text.toLowerCase().replace(/^warning$/, "warn"))
    .pipe(z.enum(levels, { error: `must be one of ${levels.join(", ")}` })),
  SHUTDOWN_SECONDS: seconds(25),
  SENTRY_DSN: z.string().optional(),
};

export const port = (initial: number) =>
  z.coerce.number({ error: "must be a port number" }).int().min(0).max(65535).default(initial);

/** What the API and the worker need to reach their stores. */
export const stores = {
  DATABASE_URL: urlOf(["postgres", "postgresql"], "postgres://USER:PASSWORD@HOST:5432/NAME"),
  DATABASE_READ_URL: urlOf(["postgres", "postgresql"], "postgres://USER:PASSWORD@HOST:5432/NAME").optional(),
  DATABASE_POOL_SIZE: z.coerce.number({ error: "must be a number" }).int().min(1).max(200).default(10),
  PGSSLMODE: z.string().optional(),
  PGSSLROOTCERT: z.string().optional(),
  REDIS_URL: urlOf(["redis", "rediss"], "redis://:PASSWORD@HOST:6379/0"),
};

export { seconds };

export function readSettings<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const value = given[name];
    const found = value === undefined || secretNames.has(name) ? "" : ` (found ${JSON.stringify(value)})`;
    return `  ${name} ${issue.message}${found}`;
  });
  throw new SettingsProblem(`The environment is not complete:\n${lines.join("\n")}`);
}
