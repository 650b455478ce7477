/** Personal data out of a copied database: the stack's own SQL, and then what that leaves behind on the disk. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Failure } from "../../toolchain/lib/failure";
import { tail } from "../../toolchain/lib/run";
import type { Kube } from "../release/kube";
import { psql, sql } from "./database";

export interface Wording {
  /** As errors name it. */
  file: string;
  text: string;
}

/** Throws where there is nothing in it that could change anything. */
export function wordingIn(path: string): Wording {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Failure(`${path} cannot be read`, {
      details: [(error as NodeJS.ErrnoException).code ?? String(error)],
      next: "name a file of SQL that takes personal data out",
    });
  }
  if (text.replace(/--.*$|\/\*[^]*?\*\//gm, "").trim() === "") {
    throw new Failure(`${path} says nothing`, {
      next: "write SQL that takes personal data out, such as: update users set email = id || '@example.com';",
    });
  }
  return { file: basename(path), text };
}

interface At {
  namespace: string;
  pod: string;
  database: { database: string; owner: string };
}

export async function anonymise(kube: Kube, { namespace, pod, database }: At, said: Wording): Promise<void> {
  const { file, text } = said;
  // Without details: they quote rows.
  const flags = ["--single-transaction", "--set=VERBOSITY=terse", "--file=-"];
  const words = psql(namespace, pod, database.database, flags);
  const input = `${text}\n;\n${REFRESH}`;
  const answer = await kube.ask(`running ${file}`, words, { input, allowFailure: true });
  if (answer.code !== 0) {
    throw new Failure(`${file} cannot be applied`, {
      details: errorsOf(answer.stderr, file),
      next: `mend ${file} and run the same command again: nothing was switched, and the copy is gone`,
    });
  }
  await sql(kube, namespace, pod, database.database, afterwards(database.owner));
}

/** What psql says went wrong, with the file's name where psql knows only its input. */
export function errorsOf(stderr: string, file: string): string[] {
  const lines = stderr.replaceAll("psql:<stdin>:", `${file}:`).split("\n");
  const wrong = lines.filter((line) => /\b(ERROR|FATAL|PANIC):/.test(line));
  return wrong.length > 0 ? wrong : tail(stderr, 4);
}

/** What was computed from rows as they were is computed from them as they are; in the same transaction. */
const REFRESH = `
do $$
declare one record;
begin
  for one in select c.oid::regclass as name from pg_class c where c.relkind = 'm' and c.relispopulated order by c.oid loop
    execute format('refresh materialized view %s', one.name);
  end loop;
end $$;
`;

/**
 * Rows as they were lie in the files until these are written anew, and their samples in the planner's statistics. Other
 * databases of the same server were copied too, and passwords. What the log holds of it all ends before the archive begins.
 */
export const afterwards = (owner: string): string => `
select format('drop database %I with (force)', datname) from pg_database
  where not datistemplate and datname not in (current_database(), 'postgres') \\gexec
select format('alter role %I password null', rolname) from pg_authid
  where rolpassword is not null and rolname not in ('${owner}', 'postgres', 'streaming_replica') \\gexec
vacuum (full, analyze);
checkpoint;
select pg_switch_wal();
`;
