/** A watched product whose alerts arrive on this machine: what rings of it in Prometheus, and who was told what, when. */
import { inside } from "../../tools/status/prometheus";
import type { Channels } from "../components/monitoring/channels";
import { CHANNEL, listen, OVER, pointHere, type Told, told } from "../helpers/ears";
import type { Live } from "../helpers/live";
import { eventually } from "../helpers/services";
import type { Fault } from "./faults";

/** What an alert may take beyond its own `for`: a reading, a look at it, and Alertmanager's gathering. */
const LATE = 60;

export class Alarm {
  readonly prometheus = inside(process.env as Record<string, string>, "slipway");

  private constructor(
    readonly live: Live,
    readonly ears: Channels,
  ) {}

  /** The product as `make` has it, given where mail is to go; up, and its routing pointed here. */
  static async up(make: (mail: string) => Live): Promise<Alarm> {
    const ears = await listen();
    const alarm = new Alarm(make(ears.mail), ears);
    try {
      await alarm.live.up();
      await pointHere(alarm.live, ears);
    } catch (error) {
      await alarm.down();
      throw error;
    }
    return alarm;
  }

  async down(): Promise<void> {
    try {
      await this.live.remove();
    } finally {
      this.ears.close();
    }
  }

  async ringing(): Promise<string[]> {
    return (await this.prometheus.ringing())
      .filter(({ labels }) => labels.namespace === this.live.name && labels.severity !== "none")
      .map(({ labels }) => `${labels.alertname} ${labels.part} ${labels.severity}`);
  }

  /** All that was told since a moment, of whatever severity. */
  since(when: number): Told[] {
    return told(this.ears).filter((one) => one.when >= when);
  }

  signsOfLife(): number {
    return this.ears.at("/alive").length;
  }

  async begin(fault: Fault): Promise<Course> {
    const when = Date.now();
    const began = await fault.begin();
    return new Course(this, fault, when, began ?? (() => Promise.resolve(when)));
  }

  quiet(): Promise<boolean> {
    return eventually("nothing rings", async () => (await this.ringing()).length === 0, { seconds: 480 });
  }
}

/** One fault from its beginning to its end. */
export class Course {
  #mended = false;

  constructor(
    private readonly alarm: Alarm,
    private readonly fault: Fault,
    private readonly from: number,
    private readonly began: () => Promise<number>,
  ) {}

  /** Told at the channel of its severity, and no later than the rule's `for` and a minute; then it is mended. */
  async isHeard(): Promise<void> {
    const { alert, unseen: [unseen, whose] = [0, ""], wait } = this.fault;
    const [name = "", , severity = ""] = alert.split(" ");
    const first = () =>
      this.alarm.since(this.from).find((one) => one.alert === alert && one.status === "firing");
    const atChannel = () =>
      this.alarm.ears.heard.find(
        ({ at, body, when }) =>
          at === CHANNEL[severity] && when >= this.from && body.includes(name) && !OVER.test(body),
      );
    try {
      const began = await this.began();
      const most = wait + LATE + unseen;
      const left = Math.ceil((began - Date.now()) / 1000) + most;
      const detail = () => JSON.stringify(this.alarm.since(this.from), undefined, 1);
      const both = await eventually(
        `${alert} is heard, ${most} s after the fault at most`,
        () => {
          const [hook, own] = [first(), atChannel()];
          return hook && own && Math.max(hook.when, own.when);
        },
        { detail, seconds: Math.max(left, 0) },
      );
      const took = Math.round((both - began) / 1000);
      const slower = unseen === 0 ? "" : `, and ${unseen}: ${whose}`;
      process.stdout.write(`        ${alert}: heard ${took} s after the fault (for ${wait} s${slower})\n`);
      if (took > most) throw new Error(`${alert} was heard ${took} s after the fault: ${most} are promised`);
    } finally {
      await this.mend();
    }
  }

  async mend(): Promise<void> {
    if (this.#mended) return;
    this.#mended = true;
    await this.fault.mend();
  }
}
