/** A small client of Prometheus' HTTP API: what is true now, what was, and what rings. */
import { z } from "zod";
import { platform } from "../../config";
import { Failure, messageOf } from "../../toolchain/lib/failure";
import { run } from "../../toolchain/lib/run";

/** Asks a path of the API and answers its text. */
export type Ask = (path: string) => Promise<string>;

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970, and the value then. */
  readonly points: readonly (readonly [time: number, value: number])[];
}
export interface Ringing {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly since: Date;
}

const labels = z.record(z.string(), z.string());
const point = z.tuple([z.number(), z.string()]);
const answered = <T extends z.ZodType>(data: T) => z.object({ data, status: z.literal("success") });
const vector = answered(z.object({ result: z.array(z.object({ metric: labels, value: point })) }));
const matrix = answered(z.object({ result: z.array(z.object({ metric: labels, values: z.array(point) })) }));
const alerts = answered(
  z.object({
    alerts: z.array(
      z.object({
        activeAt: z.iso.datetime(),
        annotations: labels,
        labels,
        state: z.enum(["firing", "pending"]),
      }),
    ),
  }),
);

export class Prometheus {
  constructor(
    private readonly ask: Ask,
    private readonly where: string,
  ) {}

  async now(query: string): Promise<Sample[]> {
    const { data } = await this.get("query", { query }, vector);
    return data.result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }));
  }

  async between(query: string, start: Date, end: Date, step: number): Promise<Line[]> {
    const time = (date: Date) => String(Math.floor(date.getTime() / 1000));
    const { data } = await this.get(
      "query_range",
      { end: time(end), query, start: time(start), step: String(step) },
      matrix,
    );
    return data.result.map(({ metric, values }) => ({
      labels: metric,
      points: values.map(([at, text]) => [at, Number(text)] as const),
    }));
  }

  async ringing(): Promise<Ringing[]> {
    const { data } = await this.get("alerts", {}, alerts);
    return data.alerts
      .filter(({ state }) => state === "firing")
      .map(({ activeAt, annotations, labels: said }) => ({
        annotations,
        labels: said,
        since: new Date(activeAt),
      }));
  }

  private async get<T>(path: string, query: Record<string, string>, shape: z.ZodType<T>): Promise<T> {
    const words = new URLSearchParams(query).toString();
    const text = await this.ask(`/api/v1/${path}${words === "" ? "" : `?${words}`}`).catch(
      (error: unknown) => {
        if (error instanceof Failure) throw error;
        throw new Failure(`${this.where} does not answer: ${messageOf(error)}`, {
          next: "say where Prometheus is: --prometheus http://localhost:9090, after kubectl port-forward",
        });
      },
    );
    const parsed = shape.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw new Failure(`${this.where} does not answer as Prometheus does`, {
      details: [text.slice(0, 300)],
      next: "--prometheus is the address of Prometheus itself, such as http://localhost:9090",
    });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whatever it is, it is not Prometheus: said by whoever asked
  }
}

/** Prometheus at an address. */
export function at(address: string): Prometheus {
  const base = URL.canParse(address) ? new URL(address) : undefined;
  if (base === undefined || !/^https?:$/.test(base.protocol)) {
    throw new Failure(`--prometheus: "${address}" is no address`, {
      next: "give one such as http://localhost:9090",
    });
  }
  const root = base.href.replace(/\/$/, "");
  return new Prometheus(async (path) => {
    const answer = await fetch(`${root}${path}`, { signal: AbortSignal.timeout(20_000) });
    return answer.text();
  }, base.host);
}

/** The cluster's own Prometheus, by way of its API: nothing has to be forwarded or published. */
export function inside(env: Record<string, string>, context: string | undefined): Prometheus {
  const { namespace, service } = platform.monitoring;
  const proxy = `/api/v1/namespaces/${namespace}/services/${service}/proxy`;
  return new Prometheus(
    async (path) => {
      const words = [
        ...(context === undefined ? [] : ["--context", context]),
        "get",
        "--raw",
        `${proxy}${path}`,
      ];
      const answer = await run("kubectl", words, { allowFailure: true, env });
      if (answer.code === 0) return answer.stdout;
      throw new Error(answer.stderr.trim().split("\n").at(-1) ?? "");
    },
    `Prometheus in ${namespace}${context === undefined ? "" : ` of ${context}`}`,
  );
}
