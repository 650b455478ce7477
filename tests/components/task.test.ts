import assert from "node:assert/strict";
import { Redis } from "../../components/redis";
import { Task, type TaskArgs } from "../../components/task";
import { redisDefaults } from "../../config";
import { cores, IMAGE, inSpace, size, time } from "../helpers/product";

const SIZE = {
  cpu: { limit: cores("1"), request: cores("1") },
  memory: { limit: size("64Mi"), request: size("64Mi") },
};
const task = (args: Partial<TaskArgs> = {}) =>
  inSpace((space) => {
    const redis = new Redis("redis", { ...redisDefaults("queue"), space });
    new Task("cleanup", {
      ...SIZE,
      command: ["cleanup"],
      env: {},
      image: IMAGE,
      needs: [redis],
      overlap: "skip",
      retries: 1,
      secrets: {},
      space,
      timeout: time("1h"),
      user: 1000,
      ...args,
    });
  });

describe("Task", () => {
  it("runs on its schedule, in UTC, within its time", async () => {
    const { spec } = (await task({ every: { cron: "0 3 * * *" } })).named("eu-cleanup-schedule").inputs;
    assert.equal(spec.schedule, "0 3 * * *");
    assert.equal(spec.timeZone, "Etc/UTC");
    assert.equal(spec.concurrencyPolicy, "Forbid");
    assert.equal(spec.jobTemplate.spec.activeDeadlineSeconds, 3600);
    assert.equal(spec.jobTemplate.spec.backoffLimit, 1);
  });

  it("replaces or joins a run that is still going where told to", async () => {
    const policy = async (overlap: TaskArgs["overlap"]) =>
      (await task({ every: { cron: "* * * * *" }, overlap })).named("eu-cleanup-schedule").inputs.spec
        .concurrencyPolicy as string;
    assert.equal(await policy("replace"), "Replace");
    assert.equal(await policy("allow"), "Allow");
  });

  it("without a schedule runs once for each image and command", async () => {
    const name = async (args: Partial<TaskArgs> = {}) =>
      (await task(args)).named("eu-cleanup-job").inputs.metadata.name as string;
    assert.match(await name(), /^cleanup-[0-9a-f]{10}$/);
    assert.equal(await name({ env: { A: "1" } }), await name());
    assert.notEqual(await name({ command: ["other"] }), await name());
  });

  it("reaches what it needs, and is as safe as any pod", async () => {
    const graph = await task();
    graph.named("eu-cleanup-to-redis");
    const { spec } = graph.named("eu-cleanup-job").inputs.spec.template;
    assert.equal(spec.automountServiceAccountToken, false);
    assert.equal(spec.containers[0].securityContext.readOnlyRootFilesystem, true);
    assert.equal(spec.securityContext.runAsUser, 1000);
    assert.equal(spec.containers[0].env[0].name, "REDIS_URL");
  });
});
