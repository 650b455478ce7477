/** SQL asked of the throwaway database over TLS, answered as psql would print it. */
import { Client, type QueryArrayResult } from "pg";
import { until } from "../tools/recovery/wait";
import { Failure } from "../toolchain/lib/failure";

export interface Login {
  host: string;
  database: string;
  user: string;
  password: string;
  /** The authority its certificate is of. */
  ca: string;
}

/** As text: no type is read. */
type Value = string | null;

const WITHIN = 2 * 60e3;
/** A check that runs for longer will not end. */
const PATIENCE = 3600e3;

export async function ask(login: Login, text: string, stop: AbortSignal): Promise<string> {
  const client = await connected(login, stop);
  const done = () => void client.end();
  stop.addEventListener("abort", done);
  try {
    const answer = await client.query<Value[]>({ rowMode: "array", text });
    return printed(answer);
  } catch (error) {
    stop.throwIfAborted();
    throw new Failure("a query failed", { details: [`ERROR: ${messageOf(error)}`], cause: error });
  } finally {
    stop.removeEventListener("abort", done);
    await client.end().catch(() => undefined);
  }
}

/** The operator makes the role a moment after the database answers. */
function connected({ ca, ...login }: Login, stop: AbortSignal): Promise<Client> {
  let why = "";
  return until(
    async () => {
      const client = new Client({
        ...login,
        connectionTimeoutMillis: 5000,
        query_timeout: PATIENCE,
        ssl: { ca, servername: login.host },
        // As Postgres writes them: true is t.
        types: { getTypeParser: () => (value: unknown) => value },
      });
      client.on("error", () => undefined);
      try {
        await client.connect();
        return client;
      } catch (error) {
        why = messageOf(error);
        await client.end().catch(() => undefined);
        return undefined;
      }
    },
    {
      what: "asking the restored database",
      within: WITHIN,
      next: "look at its pod's log",
      say: () => why,
      signal: stop,
    },
  );
}

/** Several statements have several answers, of which most are empty. */
export function printed(answers: QueryArrayResult<Value[]> | QueryArrayResult<Value[]>[]): string {
  return [answers]
    .flat()
    .flatMap(({ rows }) => rows)
    .map((row) => row.map((value) => value ?? "").join("|"))
    .join("\n")
    .trim();
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
