/**
 * A small product of its own for tests of releases on the embedded cluster: the real program in a git checkout of its own, its
 * own stack, state, namespace and host. Its parts are a few lines of JavaScript in the demo's image, told by their environment what to answer.
 */
import { Load, type LoadResult } from "../../helpers/load";
import { Project } from "../../../tools/testing/project";

export const STACK = "release-test";
export const HOST = "release-test.slipway.localhost";

/** Answers every path with SAY, ends as a good server does, and is well unless WELL says otherwise. */
const SERVER = `
const server = require("node:http").createServer((asked, answer) => {
  answer.statusCode = asked.url === "/health" && process.env.WELL === "no" ? 500 : 200;
  answer.end(process.env.SAY);
});
server.listen(8000);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

type Settings = Record<string, unknown>;

export interface Version {
  say?: string;
  image?: string;
  well?: "yes" | "no";
  migrate?: string;
  /** Text that the smoke test wants. */
  wants?: string;
  replicas?: number;
}

export function stackFile({
  say = "one",
  image,
  well = "yes",
  migrate,
  wants,
  replicas = 2,
}: Version): Settings {
  const part = (env: Settings) => ({
    kind: "api",
    image: "slipway.local/demo-api:dev",
    command: ["node", "-e", SERVER],
    port: 8000,
    health: { live: "/health", ready: "/health", startup: "30s" },
    env,
    scale: replicas,
    cpu: { request: "20m", limit: "500m" },
    memory: "96Mi",
    drain: "2s",
    grace: "5s",
    deadline: "45s",
    user: 1000,
  });
  return {
    product: STACK,
    tier: "local",
    clusters: { local: { cloud: "local", context: "slipway" } },
    hosts: { site: HOST },
    parts: {
      api: {
        ...part({ SAY: say, WELL: well }),
        needs: ["postgres"],
        ...(image === undefined ? {} : { image }),
        ...(migrate === undefined ? {} : { migrate: { command: ["node", "-e", migrate], timeout: "15s" } }),
      },
      steady: part({ SAY: "steady" }),
    },
    // A part that migrates must need a database. This one asks it nothing.
    postgres: { mode: "external", url: "DATABASE", connections: 100 },
    secrets: { DATABASE: { generate: { format: "hex" } } },
    routes: [
      { host: "site", path: "/", to: "api" },
      { host: "site", path: "/steady", to: "steady" },
    ],
    smoke:
      wants === undefined ? [] : [{ name: "says the right thing", host: "site", path: "/", contains: wants }],
    tls: { issuer: "local" },
  };
}

export class Product extends Project {
  constructor() {
    super(STACK);
  }

  /** Commits a version of the stack file; answers the commit. */
  write(version: Version, message?: string): Promise<string> {
    return this.commit(stackFile(version), message);
  }

  /** Visitors for as long as something else takes. */
  async during<T>(path: string, work: Promise<T>): Promise<{ answer: T; load: LoadResult }> {
    const load = new Load(HOST, path, { rate: 20 });
    try {
      return { answer: await work, load: await load.stop() };
    } finally {
      await load.stop();
    }
  }
}
