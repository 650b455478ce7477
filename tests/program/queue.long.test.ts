// A Redis that is a queue, killed with -9 under load, process and pod: what was acknowledged is there, and is done.
import assert from "node:assert/strict";
import { ask, signUp } from "../helpers/client";
import { describeLive } from "../helpers/live";
import { killContainer } from "../helpers/processes";
import { eventually } from "../helpers/services";
import { withEdge } from "./edge";

interface Pod {
  metadata: { name: string; uid: string };
  status: {
    conditions?: { type: string; status: string }[];
    containerStatuses?: { name: string; containerID: string; restartCount: number }[];
  };
}

/** Appends numbers to a list one by one until the connection ends, and prints how many Redis has acknowledged. */
const writer = `
const { connect } = require("node:net");
const { hostname, password, port } = new URL(process.env.REDIS_URL);
const socket = connect(Number(port || 6379), hostname);
let acknowledged = 0, ended = false;
const send = (...words) => socket.write("*" + words.length + "\\r\\n" + words.map((word) => "$" + Buffer.byteLength(word) + "\\r\\n" + word + "\\r\\n").join(""));
const end = () => { if (!ended) { ended = true; console.log(acknowledged); process.exit(0); } };
socket.on("connect", () => send("AUTH", decodeURIComponent(password)));
socket.on("data", (answer) => {
  for (const line of answer.toString().split("\\r\\n")) {
    if (line.startsWith(":")) acknowledged = Number(line.slice(1));
    if (line.startsWith(":") || line === "+OK") setTimeout(send, 1, "RPUSH", process.argv[1], "x");
  }
});
socket.on("error", end).on("close", end);
`;

describeLive("a queue that is killed with -9 under load", function () {
  this.timeout(300_000);
  const product = withEdge();
  const { api } = product.hosts;

  async function redis(): Promise<Pod> {
    const [pod] = await product.items<Pod>("pods", "--selector=app.kubernetes.io/name=redis");
    if (pod === undefined) throw new Error("there is no Redis");
    return pod;
  }
  const server = ({ status }: Pod) => {
    const found = status.containerStatuses?.find(({ name }) => name === "redis");
    if (found === undefined) throw new Error("its container has not begun");
    return found;
  };
  const ready = ({ status }: Pod) =>
    status.conditions?.some(({ status: is, type }) => type === "Ready" && is === "True") === true;

  /** The process alone: the kubelet starts another in the same pod. */
  async function killProcess(): Promise<void> {
    const before = await redis();
    assert.ok(killContainer(server(before).containerID) > 0);
    await eventually(
      "the container to be started again",
      async () => {
        const now = await redis();
        return server(now).restartCount > server(before).restartCount && ready(now);
      },
      { seconds: 90 },
    );
  }

  /** The pod's object and its processes at the same moment: another pod takes over its disk. */
  async function killPod(): Promise<void> {
    const before = await redis();
    const words = ["--grace-period=0", "--force", "--wait=false"];
    const deleted = product.kubectl("delete", "pod", before.metadata.name, ...words);
    assert.ok(killContainer(server(before).containerID) > 0);
    await deleted;
    await eventually(
      "another pod to be ready",
      async () => {
        const now = await redis().catch(() => undefined);
        return now !== undefined && now.metadata.uid !== before.metadata.uid && ready(now);
      },
      { seconds: 90 },
    );
  }

  it("has every write that it acknowledged, whichever of them is killed", async () => {
    for (const [list, kill] of [
      ["acknowledged-process", killProcess],
      ["acknowledged-pod", killPod],
    ] as const) {
      const writing = product.exec("api", "node", "-e", writer, list);
      await eventually("writes to arrive", async () => (await length(list)) > 200);
      await kill();
      const acknowledged = Number((await writing).stdout);
      assert.ok(acknowledged > 200, `${acknowledged} were acknowledged`);
      assert.ok((await length(list)) >= acknowledged, `${await length(list)} of ${acknowledged} are there`);
    }
  });

  /** How long a list of Redis' is; the container has the password for its probes. */
  async function length(list: string): Promise<number> {
    return Number((await product.execIn("statefulset/redis", "redis-cli", "LLEN", list)).stdout.trim());
  }

  it("loses no job of those the API acknowledged meanwhile", async () => {
    const token = await signUp(api);
    const ids: string[] = [];
    let going = true;
    const order = async () => {
      const body = { job: { kind: "words", text: "to be or not to be" }, times: 2 };
      const answer = await ask(api, "/jobs", { method: "POST", token, body }).catch(() => undefined);
      if (answer?.status === 202) ids.push(...(JSON.parse(answer.text) as { ids: string[] }).ids);
    };
    const orders = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (going) await order();
      }),
    );
    try {
      for (const kill of [killProcess, killPod]) {
        const soFar = ids.length;
        await eventually("orders to be taken", () => ids.length > soFar + 50);
        await kill();
      }
    } finally {
      going = false;
      await orders;
    }
    const left = new Set(ids);
    await eventually(
      "every acknowledged job to be done",
      async () => {
        for (const id of left) {
          const answer = await ask(api, `/jobs/${id}`, { token });
          if (answer.status !== 200) return false;
          if ((JSON.parse(answer.text) as { status: string }).status !== "done") return false;
          left.delete(id);
        }
        return true;
      },
      { seconds: 180, detail: () => `${left.size} of ${ids.length} are not` },
    );
  });
});
