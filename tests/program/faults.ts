/** What really goes wrong on a cluster, made to order: each fault's beginning, its mending, and the alert that it must ring. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../toolchain/lib/run";
import { ask, signUp } from "../helpers/client";
import type { Live } from "../helpers/live";
import { eventually } from "../helpers/services";

export interface Fault {
  /** `Name part severity`. */
  readonly alert: string;
  /** The rule's `for`, in seconds. */
  readonly wait: number;
  /** Seconds until anybody can see it that are not Slipway's, and whose they are. */
  readonly unseen?: readonly [seconds: number, whose: string];
  /** Answers when it began where that is not now. */
  begin(): Promise<(() => Promise<number>) | undefined>;
  mend(): Promise<unknown>;
}

/** Asks for a path again and again, until it is told to stop. */
function asking(live: Live, path: string, headers: Record<string, string> = {}): () => Promise<void> {
  const asked = { on: true };
  const work = (async () => {
    while (asked.on) await ask(live.hosts.api, path, { headers }).catch(() => undefined); // an answer that fails is the fault
  })();
  return async () => {
    asked.on = false;
    await work;
  };
}

/** SQL as the superuser. */
function sql(live: Live, text: string): Promise<string> {
  return live.kubectl(
    ...["exec", "postgres-1", "--container=postgres", "--", "psql", "-qAt", live.name, "-c", text],
  );
}

export function slow(live: Live): Fault {
  let stop: () => Promise<void>;
  return {
    alert: "Slow api high",
    wait: 30,
    begin: () => {
      stop = asking(live, "/slow?ms=3000");
      return Promise.resolve(undefined);
    },
    mend: () => stop(),
  };
}

export function down(live: Live, part: string): Fault {
  const scale = (replicas: number) => live.kubectl("scale", `deployment/${part}`, `--replicas=${replicas}`);
  return {
    alert: `NoReplicaAvailable ${part} critical`,
    wait: 120,
    begin: async () => void (await scale(0)),
    mend: () => scale(1),
  };
}

/** A table is gone: the part is up and well, and answers with errors. */
export function failing(live: Live): Fault {
  let stop: () => Promise<void>;
  return {
    alert: "ErrorBudgetBurns api critical",
    wait: 120,
    begin: async () => {
      const token = await signUp(live.hosts.api);
      await sql(live, "alter table jobs rename to jobs_gone");
      const { status } = await ask(live.hosts.api, "/jobs", { token });
      if (status !== 500) throw new Error(`the API answers ${status} without its table`);
      stop = asking(live, "/jobs", { authorization: `Bearer ${token}` });
      return undefined;
    },
    mend: async () => {
      await stop();
      await sql(live, "alter table jobs_gone rename to jobs");
    },
  };
}

/** Every connection that Postgres has for those who are not superusers is taken, and held. */
export function exhausted(live: Live): Fault {
  let held: Promise<unknown>;
  return {
    alert: "ConnectionsUsedUp postgres critical",
    wait: 60,
    begin: async () => {
      const { data } = JSON.parse(await live.kubectl("get", "secret", "postgres-login", "--output=json")) as {
        data: Record<string, string>;
      };
      const text = (key: string) => Buffer.from(data[key] ?? "", "base64").toString();
      // By its input: what a process is started with, others can read.
      const script =
        `export PGPASSWORD='${text("password")}'; for i in $(seq 1 70); do ` +
        `psql -h 127.0.0.1 -U '${text("username")}' -d '${live.name}' -qtc 'select pg_sleep(600)' >/dev/null 2>&1 & done; wait\n`;
      const words = ["--context", "slipway", "--namespace", live.name, "exec", "--stdin", "postgres-1"];
      held = run("kubectl", [...words, "--container=postgres", "--", "sh"], {
        allowFailure: true,
        input: script,
      });
      await eventually(
        "no connection is left but those of superusers",
        async () =>
          Number(
            await sql(live, "select count(*) from pg_stat_activity where backend_type = 'client backend'"),
          ) >= 57,
        { seconds: 30 },
      );
      return undefined;
    },
    mend: async () => {
      const end =
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where query like 'select pg_sleep%'";
      await sql(live, end);
      await held;
    },
  };
}

/** A worker that is there, is well by all its probes, and takes no job, while more and more come. */
export function stalled(live: Live, jobs: number): Fault {
  const serve = 'require("node:http").createServer((_, answer) => answer.end()).listen(9000)';
  return {
    alert: "QueueTooDeep worker high",
    wait: 600,
    begin: async () => {
      const command = [
        { op: "add", path: "/spec/template/spec/containers/0/command", value: ["node", "-e", serve] },
      ];
      await live.kubectl(
        "patch",
        "deployment",
        "worker",
        "--type=json",
        `--patch=${JSON.stringify(command)}`,
      );
      await live.kubectl("rollout", "status", "deployment/worker", "--timeout=180s");
      const workers = () => live.items("pods", "--selector=app.kubernetes.io/name=worker");
      // One that ends goes on taking jobs until it is gone.
      await eventually("only the new worker is left", async () => (await workers()).length === 1, {
        seconds: 120,
      });
      const token = await signUp(live.hosts.api);
      for (const text of ["some words", "more words"]) {
        const body = { job: { kind: "words", text }, times: jobs / 2 };
        const { status } = await ask(live.hosts.api, "/jobs", { body, method: "POST", token });
        if (status !== 202) throw new Error(`jobs are answered with ${status}`);
      }
      return undefined;
    },
    mend: () => live.kubectl("rollout", "undo", "deployment/worker"),
  };
}

/** No backup is taken any more: late when the newest is older than `age` seconds. */
export function unbacked(live: Live, age: number, newest: () => Promise<number>): Fault {
  const suspend = async (yes: boolean) => {
    const [schedule] = await live.items<{ metadata: { name: string } }>(
      "scheduledbackups.postgresql.cnpg.io",
    );
    if (schedule === undefined) throw new Error(`${live.name} has no backup schedule`);
    const patch = `--patch={"spec":{"suspend":${yes}}}`;
    await live.kubectl(
      "patch",
      "scheduledbackups.postgresql.cnpg.io",
      schedule.metadata.name,
      "--type=merge",
      patch,
    );
  };
  return {
    alert: "BackupLate product critical",
    wait: 30,
    begin: async () => {
      await suspend(true);
      return async () => 1000 * ((await newest()) + age);
    },
    mend: () => suspend(false),
  };
}

/** A certificate that has ended, and whose authority is no longer there to renew it. */
export function expired(live: Live): Fault {
  const name = "ended";
  return {
    alert: "CertificateEnds cluster critical",
    wait: 300,
    begin: async () => {
      const folder = mkdtempSync(join(tmpdir(), "slipway-expired-"));
      const file = (which: string) => join(folder, which);
      const openssl = (...words: string[]) => execFileSync("openssl", words, { stdio: "pipe" });
      try {
        const host = `ended.${live.name}.localhost`;
        openssl(
          ...["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", file("key"), "-out", file("asked")],
          ...["-subj", `/CN=${host}`],
        );
        openssl(
          ...[
            "x509",
            "-req",
            "-in",
            file("asked"),
            "-signkey",
            file("key"),
            "-days",
            "-1",
            "-out",
            file("signed"),
          ],
        );
        const data = {
          "tls.crt": readFileSync(file("signed"), "base64"),
          "tls.key": readFileSync(file("key"), "base64"),
        };
        await live.apply(
          { apiVersion: "v1", data, kind: "Secret", metadata: { name }, type: "kubernetes.io/tls" },
          {
            apiVersion: "cert-manager.io/v1",
            kind: "Certificate",
            metadata: { name },
            spec: {
              dnsNames: [host],
              issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "no-longer-there" },
              secretName: name,
            },
          },
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
      return undefined;
    },
    mend: () => live.kubectl("delete", `certificate/${name}`, `secret/${name}`),
  };
}

/** A part has filled its volume. */
export function full(live: Live, part: string, at: string, bytes: number): Fault {
  const write = `require("node:fs").writeFileSync("${at}/fill", Buffer.alloc(${bytes}))`;
  return {
    alert: "VolumeFull cluster critical",
    unseen: [60, "the kubelet looks at volumes once a minute"],
    wait: 120,
    begin: async () => {
      const { code, stderr } = await live.exec(part, "node", "-e", write);
      if (code !== 0) throw new Error(`${part} cannot fill its volume: ${stderr}`);
      return undefined;
    },
    mend: () => live.exec(part, "node", "-e", `require("node:fs").rmSync("${at}/fill")`),
  };
}
