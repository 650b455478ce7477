/** Whether a restored database is one: the stack's own checks, asked of it. */
import type { Drill } from "../../config";
import { Failure } from "../../toolchain/lib/failure";

export interface Checked {
  name: string;
  value: string;
  expect: string;
  ok: boolean;
}

/** @param ask one value of SQL, as text */
export async function verify(
  ask: (text: string) => Promise<string>,
  checks: Drill["checks"],
): Promise<Checked[]> {
  const found: Checked[] = [];
  for (const { name, sql: text, expect } of checks) {
    try {
      const value = await ask(text);
      found.push({ name, value, expect, ok: holds(value, expect) });
    } catch (error) {
      // A query that cannot even be asked is a check that failed: its table may be what is missing.
      if (!(error instanceof Failure)) throw error;
      found.push({ name, value: error.details[0] ?? error.message, expect, ok: false });
    }
  }
  return found;
}

/** `42`, `>= 1` */
export function holds(value: string, expect: Drill["checks"][number]["expect"]): boolean {
  const [, sign = "", wanted = ""] = /^(=|!=|<=?|>=?)\s*(.*)$/.exec(expect.trim()) ?? [];
  const plain = (text: string) => ({ t: "true", f: "false" })[text] ?? text;
  const [left, right] = [plain(value.trim()), plain(wanted.trim())];
  const numeric = left !== "" && right !== "" && !Number.isNaN(Number(left)) && !Number.isNaN(Number(right));
  const order = numeric ? Math.sign(Number(left) - Number(right)) : left < right ? -1 : left > right ? 1 : 0;
  switch (sign) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      return false;
  }
}

export function refuseUnless(checked: readonly Checked[]): void {
  const wrong = checked.filter(({ ok }) => !ok);
  if (wrong.length === 0) return;
  throw new Failure("the restored database does not pass the stack's checks", {
    details: wrong.map(
      ({ name, value, expect }) => `${name}: ${value === "" ? "nothing" : value}, wanted ${expect}`,
    ),
    next: "restore to an earlier moment, or look at it first: --into NAME leaves the live one alone",
  });
}
