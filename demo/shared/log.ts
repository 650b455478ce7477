/** JSON logs, one object a line, levels as words. Whatever smells of a secret is cut out by name. */
import pino from "pino";

export type Log = pino.Logger;

const secretFields = ["password", "token", "authorization", "cookie", "secret", "connectionString", "url"];

export function openLog(service: string, settings: { LOG_LEVEL: string; RELEASE: string }): Log {
  return pino({
    level: settings.LOG_LEVEL,
    base: { service, release: settings.RELEASE },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: "[redacted]",
    },
    serializers: { err: describeError },
  });
}

/** Errors keep what helps (message, code, stack) and drop what drivers hang on them: queries, parameters, options. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = (error as NodeJS.ErrnoException).code;
  return {
    type: error.name,
    // An AggregateError (all addresses of a name refused) has no message of its own.
    message: error.message || messagesOf(error),
    ...(code && { code }),
    stack: error.stack,
  };
}

function messagesOf(error: Error): string {
  return error instanceof AggregateError
    ? error.errors.map((inner) => (inner instanceof Error ? inner.message : String(inner))).join("; ")
    : error.name;
}
