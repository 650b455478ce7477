/** tiers.py asked many times: one process, a question and an answer a line. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

export interface Listed {
  id: string;
  ended: string;
  status: "DONE" | "FAILED" | "STARTED";
  kept: "STANDALONE" | "FULL" | null;
}

export interface Question {
  backups: readonly Listed[];
  now: string;
  weekly: number;
  monthly: number;
}

export interface Plan {
  mark: string[];
  release: string[];
}

const LOOP = `
import json, sys, tiers
for line in sys.stdin:
    asked = json.loads(line)
    backups = [{**one, "ended": tiers.utc(one["ended"])} for one in asked["backups"]]
    mark, release = tiers.plan(backups, tiers.utc(asked["now"]), asked["weekly"], asked["monthly"])
    print(json.dumps({"mark": mark, "release": release}), flush=True)
`;
const FOLDER = join(__dirname, "../../../components/upkeep");

export class Tiers {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;

  constructor() {
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: FOLDER };
    this.#process = spawn("python3", ["-c", LOOP], { env });
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface(this.#process.stdout);
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  async plan(question: Question): Promise<Plan> {
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error("tiers.py has ended");
    return JSON.parse(answer.value) as Plan;
  }

  stop(): void {
    this.#process.stdin.end();
    this.#lines.close();
  }
}
