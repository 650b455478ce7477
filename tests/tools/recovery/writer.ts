/**
 * A part that writes to the product's database by the URL it is given, a row a time, and says each one that was acknowledged: what
 * is said and is not there afterwards was lost.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import type { Project } from "../../../tools/testing/project";
import { ask, backedUp } from "./product";

/** Each row by a connection of its own: none of them waits for a server that is gone. */
const WRITE = `
trap 'exit 0' TERM
psql="timeout 3 psql $DATABASE_URL&connect_timeout=2 -qAtX -v ON_ERROR_STOP=1"
until $psql -c 'create table if not exists written (n bigint primary key, at timestamptz default clock_timestamp())' >/dev/null 2>&1; do sleep 0.2; done
while :; do
  n=$(date +%s%N)
  if $psql -c "insert into written (n) values ($n)" >/dev/null 2>&1; then echo "acknowledged $n"; fi
  sleep 0.05
done
`;

/** Among a product's parts. */
export const writer = (): Record<string, unknown> => ({
  ...{
    kind: "worker",
    image: "slipway.local/postgresql:15",
    command: ["sh", "-c", WRITE],
    needs: ["postgres"],
  },
  ...{ cpu: { request: "20m", limit: "500m" }, memory: "96Mi", user: 1000, drain: "1s", grace: "10s" },
});

/** What the writer has said, heard while it speaks: its pod may go. */
export class Acknowledged {
  /** Nanoseconds since 1970, which is what is written; by when it was heard, in milliseconds. */
  readonly rows = new Map<string, number>();
  private child: ChildProcess | undefined;
  private on = true;
  private listening: Promise<void> = Promise.resolve();

  constructor(private readonly product: Project) {}

  listen(): void {
    this.listening = this.hear();
  }

  private async hear(): Promise<void> {
    while (this.on) {
      const words = ["--context", "slipway", "--namespace", this.product.stack, "logs", "deployment/writer"];
      const child = spawn("kubectl", [...words, "--follow", "--tail=-1"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      this.child = child;
      createInterface({ input: child.stdout }).on("line", (line) => {
        const [, row] = /^acknowledged (\d+)$/.exec(line) ?? [];
        if (row !== undefined && !this.rows.has(row)) this.rows.set(row, Date.now());
      });
      await new Promise((ended) => child.on("close", ended));
      await wait(200); // its pod is not there, or not yet
    }
  }

  /** Until so many more were acknowledged. */
  async more(rows: number): Promise<void> {
    const wanted = this.rows.size + rows;
    await this.product.until(() => Promise.resolve(this.rows.size >= wanted));
  }

  /** Acknowledged and not there, the oldest first. */
  async lost(pod: string): Promise<string[]> {
    const said = [...this.rows.keys()];
    const there = new Set((await ask(this.product, pod, "select n from written")).split("\n"));
    return said.filter((row) => !there.has(row)).sort();
  }

  /** The longest time between two writes that were acknowledged one after the other, from a moment on: milliseconds. */
  longest(from: number): number {
    const times = [...this.rows.keys()].map((row) => Number(row.slice(0, -6))).sort((a, b) => a - b);
    const gaps = times.flatMap((time, at) => {
      const next = times[at + 1];
      return next === undefined || next < from ? [] : [next - time];
    });
    return Math.max(0, ...gaps);
  }

  async stop(): Promise<void> {
    this.on = false;
    this.child?.kill();
    await this.listening;
  }
}

/** The product up, backed up once, and its writer acknowledged. */
export async function writing(product: Project, said: Acknowledged, settings: object): Promise<void> {
  await product.commit(settings as Record<string, unknown>);
  await product.pulumi("stack", "init");
  await product.pulumi("up", "--yes", "--skip-preview");
  said.listen();
  await backedUp(product);
  await said.more(20);
}

/** Milliseconds over which rows were lost: from the oldest lost one to the newest acknowledged one. */
export const span = (lost: readonly string[]): number =>
  lost.length === 0 ? 0 : (Number(lost.at(-1)) - Number(lost[0])) / 1e6;
