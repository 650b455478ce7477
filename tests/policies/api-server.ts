/** A few words with the embedded cluster's API server over HTTPS: status, body and the warnings that kubectl would print. */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { parse } from "yaml";
import { files } from "../../toolchain/cluster/layout";

interface Kubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { "client-certificate-data": string; "client-key-data": string } }[];
}

export interface Answer {
  status: number;
  message: string;
  warnings: string[];
}

const decoded = (text: string) => Buffer.from(text, "base64");

export class ApiServer {
  readonly #server: string;
  readonly #agent: Agent;

  constructor() {
    const { clusters, users } = parse(readFileSync(files.kubeconfig, "utf8")) as Kubeconfig;
    const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
    if (cluster === undefined || user === undefined) throw new Error(`${files.kubeconfig} names no cluster`);
    this.#server = cluster.server;
    this.#agent = new Agent({
      ca: decoded(cluster["certificate-authority-data"]),
      cert: decoded(user["client-certificate-data"]),
      key: decoded(user["client-key-data"]),
      keepAlive: true,
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  send(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.#server),
        {
          method,
          agent: this.#agent,
          headers: {
            "content-type":
              method === "PATCH" ? "application/strategic-merge-patch+json" : "application/json",
          },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => (text += chunk));
          response.on("end", () => {
            const answer = JSON.parse(text) as { message?: string };
            // Node folds repeated headers into one: 299 - "first", 299 - "second".
            const warnings = [...(response.headers.warning ?? "").matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)];
            resolve({
              status: response.statusCode ?? 0,
              message: answer.message ?? "",
              warnings: warnings.map(([, warning]) => (warning ?? "").replaceAll(/\\(.)/g, "$1")),
            });
          });
          response.on("error", reject);
        },
      );
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
