/** A plugin's own process and gRPC surface, spoken to as the engine does. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { engineEnv } from "./pulumi";

export interface Plugin<Client> {
  client: Client;
  pid: number;
  /** Interrupts it, as the engine does, and answers its exit code. */
  stop(): Promise<number>;
}

type Properties = Record<string, JavaScriptValue>;

export const struct = (properties: Properties): Struct => Struct.fromJavaScript(properties);

/** One call, awaited: `call<CheckResponse>((done) => client.check(request, done))`. */
export function call<Response>(
  start: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((done, fail) => {
    start((error, response) => {
      if (error) fail(error);
      else done(response);
    });
  });
}

/** The plugin of that name and version, as the engine would find it, in the folder of a program. */
export async function providerPlugin(name: string, cwd: string): Promise<Plugin<ResourceProviderClient>> {
  const env = await engineEnv();
  const plugins = join(env.PULUMI_HOME ?? process.env.PULUMI_HOME ?? "", "plugins");
  const folder = readdirSync(plugins).find((entry) => entry.startsWith(`resource-${name}-v`));
  if (folder === undefined) throw new Error(`no plugin ${name} in ${plugins}`);
  return launch(join(plugins, folder, `pulumi-resource-${name}`), cwd, env, (address) => {
    return new ResourceProviderClient(address, credentials.createInsecure());
  });
}

export async function languagePlugin(cwd: string): Promise<Plugin<LanguageRuntimeClient>> {
  const env = await engineEnv();
  const found = (env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "pulumi-language-nodejs"))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error("no pulumi-language-nodejs beside the engine");
  return launch(found, cwd, env, (address) => {
    return new LanguageRuntimeClient(address, credentials.createInsecure());
  });
}

async function launch<Client extends { close(): void }>(
  path: string,
  cwd: string,
  env: Record<string, string>,
  connect: (address: string) => Client,
): Promise<Plugin<Client>> {
  const child = spawn(path, [], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit") as Promise<[number | null]>;
  const [port] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const client = connect(`127.0.0.1:${port}`);
  return {
    client,
    pid: child.pid ?? -1,
    stop: async () => {
      client.close();
      child.kill("SIGINT");
      const [code] = await ended;
      return code ?? -1;
    },
  };
}
