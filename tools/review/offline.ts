/**
 * A stack without its secrets, its state and its cluster: what a fork's pull request may run. The program runs in the real
 * engine on an empty state of its own; encrypted config becomes placeholders that show as secrets; no kubeconfig, no
 * cloud credential is passed on.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { WITHOUT_CLUSTER } from "../../config";
import { run } from "../../toolchain/lib/run";
import { runPreview, type PreviewRun } from "./preview-run";
import { isObject } from "./values";

/** Stands for an encrypted value. Long enough for whoever checks a length. */
export const PLACEHOLDER = "placeholder-for-a-secret-of-the-stack";

/** Credentials that a program could use by itself; without them it can reach nothing. */
const CREDENTIALS =
  /^(AWS|GOOGLE|GCP|CLOUDSDK|AZURE|ARM|DIGITALOCEAN|CLOUDFLARE|CF|HCLOUD|LINODE|SCW|KUBE|KUBERNETES|DOCKER|GITHUB|GH|GITLAB|NPM|VAULT)_|^(KUBECONFIG|PULUMI_ACCESS_TOKEN|CI_JOB_TOKEN)$/;

export interface Offline {
  folder: string;
  stack: string;
  env: Record<string, string>;
}

export async function previewOffline({ folder, stack, env }: Offline): Promise<PreviewRun> {
  const scratch = mkdtempSync(join(tmpdir(), "slipway-offline-"));
  try {
    mkdirSync(join(scratch, "state"));
    const config = withoutSecrets(readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8"));
    const configFile = join(scratch, `Pulumi.${stack}.yaml`);
    writeFileSync(configFile, config.text);
    const closed = offlineEnvironment(env, scratch);
    // Made in a project of the same name, or the engine would write into the product's own stack file.
    copyFileSync(join(folder, "Pulumi.yaml"), join(scratch, "Pulumi.yaml"));
    const options = { cwd: scratch, env: closed };
    await run("pulumi", ["stack", "init", stack, "--non-interactive", "--no-select"], options);
    for (const path of config.secrets) {
      await run(
        "pulumi",
        ["config", "set", "--secret", "--path", path, `--stack=${stack}`, `--config-file=${configFile}`],
        { ...options, input: PLACEHOLDER },
      );
    }
    return await runPreview({ folder, stack, env: closed, configFile });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function offlineEnvironment(
  env: Record<string, string>,
  scratch: string,
): Record<string, string | undefined> {
  const closed: Record<string, string | undefined> = {};
  for (const name of Object.keys(process.env)) if (CREDENTIALS.test(name)) closed[name] = undefined;
  return {
    ...closed,
    ...env,
    PULUMI_BACKEND_URL: `file://${join(scratch, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "offline",
    PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
    // What it would look up there is as unknown to it as before there is a cluster.
    [WITHOUT_CLUSTER]: "true",
    // No provider may find the user's own cluster and accounts: those files are looked for at home.
    HOME: scratch,
    PULUMI_HOME: env.PULUMI_HOME ?? process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"),
  };
}

/** A stack file whose encrypted values are empty, and where they are, as the engine writes paths. */
export function withoutSecrets(text: string): { text: string; secrets: string[] } {
  const file = (parse(text) ?? {}) as Record<string, unknown>;
  const secrets: string[] = [];
  const kept = Object.entries(file).filter(([key]) => !KEYS_OF_ENCRYPTION.has(key));
  const clean = kept.map(([key, value]) => [key, key === "config" ? emptied(value, "", secrets) : value]);
  return { text: stringify(Object.fromEntries(clean)), secrets };
}

const KEYS_OF_ENCRYPTION = new Set(["encryptionsalt", "secretsprovider", "encryptedkey", "environment"]);

function emptied(value: unknown, path: string, secrets: string[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => emptied(item, `${path}[${index}]`, secrets));
  if (!isObject(value)) return value;
  if (typeof value.secure === "string" && Object.keys(value).length === 1) {
    secrets.push(path);
    return "";
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const next = path === "" ? key : `${path}["${key.replaceAll('"', '\\"')}"]`;
      return [key, emptied(inner, next, secrets)];
    }),
  );
}
