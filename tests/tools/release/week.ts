/** What a team does with releases in its week, on a real cluster, and what must hold each time. */
import assert from "node:assert/strict";
import type { Outcome } from "../../../tools/release/outcome";
import type { Release } from "../../../tools/release/records";
import type { Result } from "../../../toolchain/lib/run";
import { ask } from "../../helpers/client";
import { eventually } from "../../helpers/services";
import { HOST, Product, type Version } from "./product";

export class Week {
  readonly product = new Product();
  /** The release that runs. */
  release = 0;

  deploy(...words: string[]): Promise<Result> {
    return this.product.slipway(["deploy", "--json", "--no-policy", ...words]);
  }

  /** Deploys a version that must go well, and remembers its release. */
  async good(version: Version, ...words: string[]): Promise<Outcome> {
    await this.product.write(version);
    const answer = await this.deploy(...words);
    assert.equal(answer.code, 0, answer.stderr);
    const outcome = outcomeOf(answer);
    assert.equal(outcome.outcome, "good");
    this.release = outcome.release?.number ?? 0;
    return outcome;
  }

  async says(): Promise<string> {
    return (await ask(HOST, "/")).text;
  }

  /** The gateway learns of new pods a moment after they are ready; until all say so, those that go answer too. */
  seen(text: string): Promise<unknown> {
    return eventually(`the page to say ${text}`, async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => this.says()));
      return answers.every((answer) => answer === text);
    });
  }

  async releases(): Promise<{ running: number; releases: Release[] }> {
    const { stdout, stderr, code } = await this.product.slipway(["releases", "--json"]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as { running: number; releases: Release[] };
  }

  /** Deploys a version that must fail while visitors ask, and must be undone by itself. */
  async undone(version: Version): Promise<{ outcome: Outcome; stderr: string }> {
    const before = await this.says();
    await this.product.write(version);
    const { answer, load } = await this.product.during("/", this.deploy());
    assert.equal(answer.code, 4, answer.stderr);
    assert.deepEqual(load.failures, {}, `of ${load.sent} requests`);
    assert.ok(load.sent > 50, `${load.sent} requests are no visitors`);
    const outcome = outcomeOf(answer);
    assert.equal(outcome.outcome, "rolled back");
    assert.equal(outcome.running, this.release);
    await this.seen(before);
    assert.equal((await this.releases()).running, this.release);
    assert.match(answer.stderr, new RegExp(`failed, and its parts are back at release ${this.release}`));
    return { outcome, stderr: answer.stderr };
  }
}

export function outcomeOf({ stdout, stderr }: Result): Outcome {
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as Outcome;
}
