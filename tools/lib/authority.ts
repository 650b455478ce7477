/** The certificate authority of the embedded cluster: its public certificate, kept as a file for browsers and curl. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../../toolchain/lib/failure";
import { stateDir } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";

const file = () => stateDir("authority.pem");

/** Reads it from the cluster, writes the file, answers its text. */
async function read(env: Record<string, string>, context?: string): Promise<string> {
  const jsonpath = "-o=jsonpath={.data.tls\\.crt}"; // only the public part leaves the cluster
  const { stdout } = await run(
    "kubectl",
    [
      ...(context === undefined ? [] : ["--context", context]),
      "get",
      "secret",
      "slipway-local-root",
      "--namespace",
      "cert-manager",
      jsonpath,
    ],
    { env },
  );
  const text = Buffer.from(stdout, "base64").toString("utf8");
  if (!text.startsWith("-----BEGIN CERTIFICATE-----")) {
    throw new Failure("the cluster has no certificate authority of its own", {
      next: "run ./slipway up without --no-platform: the platform makes one",
    });
  }
  mkdirSync(dirname(file()), { recursive: true, mode: 0o700 });
  writeFileSync(file(), text);
  return text;
}

export const authority = Object.assign(read, { file });
