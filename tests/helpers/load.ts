/** Steady traffic from outside: so many requests a second, each one's end recorded. Bounded in rate and in time. */
import { Agent } from "node:https";
import { messageOf } from "../../toolchain/lib/failure";
import { ask, type Question } from "./client";

export interface LoadOptions {
  /** Requests a second. */
  rate: number;
  /** It ends by itself after this many seconds. */
  seconds?: number;
  question?: Question;
}

export interface LoadResult {
  sent: number;
  /** What went wrong, with how often. */
  failures: Record<string, number>;
}

const TICK_MS = 20;

export class Load {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 100 });
  private readonly open = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;
  private readonly began = performance.now();
  private readonly failures: Record<string, number> = {};
  private sent = 0;

  constructor(
    private readonly host: string,
    private readonly path: string,
    private readonly options: LoadOptions,
  ) {
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  get count(): number {
    return this.sent;
  }

  /** Sends what is due by now: a late tick makes up for it, so the rate holds on a busy machine. */
  private tick(): void {
    const elapsed = (performance.now() - this.began) / 1000;
    if (elapsed > (this.options.seconds ?? 180)) {
      clearInterval(this.timer);
      return;
    }
    const due = Math.floor(elapsed * this.options.rate);
    for (; this.sent < due; this.sent++) this.send();
  }

  private send(): void {
    const one = ask(this.host, this.path, { ...this.options.question, agent: this.agent })
      .then(
        ({ status }) => (status < 400 ? undefined : `status ${status}`),
        (error: unknown) => (error as NodeJS.ErrnoException).code ?? messageOf(error),
      )
      .then((wrong) => {
        if (wrong !== undefined) this.failures[wrong] = (this.failures[wrong] ?? 0) + 1;
        this.open.delete(one);
      });
    this.open.add(one);
  }

  /** Sends no more, waits for what is under way, and answers what came of it all. */
  async stop(): Promise<LoadResult> {
    clearInterval(this.timer);
    await Promise.all(this.open);
    this.agent.destroy();
    return { sent: this.sent, failures: this.failures };
  }
}
