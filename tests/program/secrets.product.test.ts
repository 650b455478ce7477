// Every secret of a running product, searched for everywhere but in the cluster's Secrets.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../toolchain/lib/failure";
import { cacheDir, stateDir } from "../../toolchain/lib/paths";
import { ask, signUp } from "../helpers/client";
import { describeLive, kubectl } from "../helpers/live";
import { withEdge } from "./edge";

interface Secret {
  metadata: { name: string };
  type: string;
  data?: Record<string, string>;
}

/** In a Secret, and yet for everyone to see. */
const open = /^(ca\.crt|tls\.crt|username|user|host|dbname|port|\.?namespace|service-ca\.crt)$/;
const shortest = 12;

describeLive("the secrets of a product", function () {
  this.timeout(240_000);
  const product = withEdge();
  /** Values by where they are kept. */
  const tainted = new Map<string, string>();

  before(async function () {
    this.timeout(300_000);
    for (const { metadata, data } of await product.items<Secret>("secrets")) {
      for (const [key, value] of Object.entries(data ?? {})) {
        const text = Buffer.from(value, "base64").toString("utf8").trim();
        if (!open.test(key) && text.length >= shortest) tainted.set(`${metadata.name}/${key}`, text);
      }
    }
    tainted.set("QA_PASSWORD", await product.secret("QA_PASSWORD")); // the cluster has only its hash
    const token = await signUp(product.hosts.api); // so that the parts have something to log
    await ask(product.hosts.api, "/me", { token });
    tainted.set("a visitor's token", token);
  });

  /** Where the text holds one of them, in clear or as base64. */
  const found = (text: string, but: (value: string) => boolean = () => false) =>
    [...tainted].flatMap(([name, value]) =>
      [value, Buffer.from(value).toString("base64").replace(/=+$/, "")].some((form) => text.includes(form)) &&
      !but(value)
        ? [name]
        : [],
    );

  it("are there to be searched for: generated, of the database, of the queue, of the gateway, of a certificate", () => {
    const names = [...tainted.keys()].join(" ");
    for (const wanted of [/JWT_SECRET/, /QA_PASSWORD/, /postgres/, /redis/, /tls\.key/]) {
      assert.match(names, wanted);
    }
  });

  it("are in no object of the cluster that is not a Secret", async () => {
    const kinds = (await kubectl("api-resources", "--verbs=list", "--output=name"))
      .split("\n")
      .filter((kind) => kind !== "" && kind !== "secrets" && !kind.endsWith(".metrics.k8s.io"));
    assert.ok(kinds.length > 50);
    const wrong: string[] = [];
    for (const kind of kinds) {
      const text = await kubectl("get", kind, "--all-namespaces", "--output=json").catch((error: unknown) => {
        // A kind may go while they are read.
        if (error instanceof Failure && error.format().includes("doesn't have a resource type")) return "";
        throw error;
      });
      wrong.push(...found(text).map((name) => `${name} in ${kind}`));
    }
    assert.deepEqual(wrong, []);
  });

  it("are in no log of the product and its platform", async () => {
    const pods = (
      await kubectl(
        "get",
        "pods",
        "--all-namespaces",
        "--output=jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{'\\n'}{end}",
      )
    )
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(" "));
    assert.ok(pods.length > 5);
    const wrong: string[] = [];
    for (const [space = "", pod = ""] of pods) {
      const log = await kubectl("logs", "--namespace", space, pod, "--all-containers", "--ignore-errors");
      wrong.push(...found(log).map((name) => `${name} in the log of ${space}/${pod}`));
    }
    assert.deepEqual(wrong, []);
  });

  it("are in no process's arguments on this machine", () => {
    const wrong = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          return found(readFileSync(join("/proc", pid, "cmdline"), "utf8")).map(
            (name) => `${name} in ${pid}`,
          );
        } catch {
          return []; // it has ended
        }
      });
    assert.deepEqual(wrong, []);
  });

  it("are in clear in no state, no settings and no log of Pulumi", () => {
    const wrong: string[] = [];
    for (const folder of [stateDir("stacks"), stateDir("settings"), cacheDir("logs")]) {
      for (const file of files(folder)) {
        wrong.push(...found(readFileSync(file, "utf8")).map((name) => `${name} in ${file}`));
      }
    }
    assert.deepEqual(wrong, []);
    const state = files(stateDir("stacks")).find((file) => file.endsWith(`${product.name}.json`));
    assert.ok(state && readFileSync(state, "utf8").includes("ciphertext"), "the state has them, encrypted");
  });
});

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
