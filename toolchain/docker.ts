/**
 * A Docker engine and an image registry of Slipway's own, from Debian's packages: separate folders, socket and
 * containerd, so that neither a Docker of the user's nor the embedded cluster is touched. Both listen locally only.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "./cache";
import { Failure } from "./lib/failure";
import { runDir, stateDir } from "./lib/paths";
import type { Step } from "./lib/progress";
import { run as command, tail } from "./lib/run";
import { ensurePackages } from "./packages";

export interface DockerOptions {
  /** Images, layers and what was pushed: kept until someone takes the folder away. */
  state?: string;
  /** Socket and pid files; short, since socket paths are limited to 107 bytes. */
  run?: string;
  /** Where the registry listens on 127.0.0.1. */
  registryPort?: number;
  /** The text of an htpasswd file (bcrypt): the registry then asks for a user and password. */
  htpasswd?: string;
}

export interface Docker {
  /** What DOCKER_HOST is to be. */
  host: string;
  /** The registry, as the first part of an image's name. */
  registry: string;
}

const READY_SECONDS = 60;
const STOP_SECONDS = 20;

interface Process {
  name: string;
  pidFile: string;
  log: string;
  /** In its command line: tells it from another process that got its number later. */
  mark: string;
}

interface Daemon extends Process {
  command: string;
  args: string[];
  /** What outlives it when it is killed, and keeps the next from starting. */
  child?: Process;
  /** What a killed one leaves and the next stumbles over. */
  leftovers: string[];
  ready: () => Promise<boolean>;
}

/** Both, started where they do not run yet. */
export async function ensureDocker(step: Step, options: DockerOptions = {}): Promise<Docker> {
  await ensurePackages(["docker.io", "docker-registry"], step);
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Failure("a Docker engine of Slipway's own can only be started by root on Linux", {
      next: "run as root, or set DOCKER_HOST to an engine that runs already",
    });
  }
  const { docker, registry, engine } = plan(options);
  await start(docker, [registry, engine], step);
  return docker;
}

/** The registry alone, for images that are made without a Docker engine; answers the first part of their names. */
export async function ensureRegistry(step: Step, options: DockerOptions = {}): Promise<string> {
  await ensurePackages(["docker-registry"], step);
  const { docker, registry } = plan(options);
  await start(docker, [registry], step);
  return docker.registry;
}

function start(docker: Docker, daemons: Daemon[], step: Step): Promise<void> {
  const name = `docker-${Buffer.from(docker.host).toString("base64url").slice(-40)}`;
  return withLock(name, step, async () => {
    for (const daemon of daemons) await run(daemon, step);
  });
}

/** Whether anything was ever started there. */
export const dockerUsed = () => existsSync(stateDir("docker"));

/** Stops both, and sweeps up what a killed one left running or mounted; what they stored stays. */
export async function stopDocker(options: DockerOptions = {}): Promise<void> {
  const { registry, engine, folders } = plan(options);
  for (const daemon of [registry, engine]) {
    await stop(daemon);
    if (daemon.child) await stop(daemon.child);
  }
  const below = (path: string) => folders.some((folder) => path.startsWith(`${folder}/`));
  const mounted = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter(below);
  if (mounted.length > 0) await command("umount", ["--lazy", ...mounted.reverse()]);
}

interface Plan {
  docker: Docker;
  registry: Daemon;
  engine: Daemon;
  folders: string[];
}

function plan(options: DockerOptions): Plan {
  const state = options.state ?? stateDir("docker");
  const run = options.run ?? runDir("docker");
  const port = options.registryPort ?? 5000;
  const socket = join(run, "docker.sock");
  const configuration = join(state, "daemon.json");
  const registryConfiguration = join(state, "registry.yml");
  for (const folder of [state, run]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // A file of its own, even if empty: the user's /etc/docker/daemon.json is for the user's engine.
  writeFileSync(configuration, "{}\n");
  writeFileSync(registryConfiguration, registrySettings(state, port, options.htpasswd));
  const engine: Daemon = {
    name: "the Docker engine",
    command: "dockerd",
    args: [
      ...[
        "--config-file",
        configuration,
        "--host",
        `unix://${socket}`,
        "--pidfile",
        join(run, "dockerd.pid"),
      ],
      ...["--data-root", join(state, "data"), "--exec-root", join(run, "exec")],
      // The kernel's packet filter and bridges belong to the cluster; builds here need no network of their own.
      ...["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false"],
      // Lowering it is not allowed everywhere, and a build engine is no more important than its neighbours.
      "--oom-score-adjust=0",
    ],
    pidFile: join(run, "engine.pid"),
    leftovers: [join(run, "dockerd.pid"), socket],
    log: join(state, "dockerd.log"),
    mark: socket,
    child: {
      name: "the Docker engine's containerd",
      pidFile: join(run, "exec", "containerd", "containerd.pid"),
      log: join(state, "dockerd.log"),
      mark: join(run, "exec"),
    },
    ready: () => answers({ socketPath: socket, path: "/_ping" }, [200]),
  };
  const registry: Daemon = {
    name: "the image registry",
    command: "docker-registry",
    args: ["serve", registryConfiguration],
    pidFile: join(run, "registry.pid"),
    leftovers: [],
    log: join(state, "registry.log"),
    mark: registryConfiguration,
    ready: () => answers({ host: "127.0.0.1", port, path: "/v2/" }, [200, 401]),
  };
  return {
    docker: { host: `unix://${socket}`, registry: `127.0.0.1:${port}` },
    registry,
    engine,
    folders: [state, run],
  };
}

function registrySettings(state: string, port: number, htpasswd: string | undefined): string {
  const settings: Record<string, unknown> = {
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(state, "registry") }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
  };
  if (htpasswd !== undefined) {
    const file = join(state, "htpasswd");
    writeFileSync(file, htpasswd, { mode: 0o600 });
    settings.auth = { htpasswd: { realm: "slipway", path: file } };
  }
  return `${JSON.stringify(settings, undefined, 2)}\n`; // JSON is YAML
}

/** The number of the running daemon, if it is ours. */
function pidOf(daemon: Process): number | undefined {
  if (!existsSync(daemon.pidFile)) return undefined;
  const pid = Number(readFileSync(daemon.pidFile, "utf8"));
  return Number.isInteger(pid) && pid > 1 && commandLine(pid).includes(daemon.mark) ? pid : undefined;
}

/** Empty for a process that is gone, and for one that has ended and only waits to be counted. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function spawnDaemon(daemon: Daemon): void {
  for (const file of [daemon.pidFile, ...daemon.leftovers]) rmSync(file, { force: true });
  const log = openSync(daemon.log, "w", 0o600);
  const child = spawn(daemon.command, daemon.args, { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  child.on("error", () => undefined); // whoever waits for it says so
  child.unref();
  if (child.pid !== undefined) writeFileSync(daemon.pidFile, String(child.pid));
}

/** Starts it where it does not run, and waits until it answers. */
async function run(daemon: Daemon, step: Step): Promise<void> {
  let started = false;
  const deadline = Date.now() + READY_SECONDS * 1000;
  for (;;) {
    if (pidOf(daemon) === undefined) {
      if (started) break;
      if (daemon.child) await stop(daemon.child);
      step.note(`starting ${daemon.name}`);
      spawnDaemon(daemon);
      started = true;
    } else if (await daemon.ready()) {
      // Another process may answer on that address while ours dies of it.
      if (pidOf(daemon) !== undefined) return;
    } else if (Date.now() > deadline) {
      break;
    }
    await sleep(50);
  }
  const gone = pidOf(daemon) === undefined;
  throw new Failure(
    gone
      ? `${daemon.name} ended as soon as it started`
      : `${daemon.name} was not ready in ${READY_SECONDS} s`,
    {
      details: tail(readFileSync(daemon.log, "utf8")),
      log: daemon.log,
      next: "mend what the log says; where an address is in use, stop who uses it or choose another",
    },
  );
}

async function stop(daemon: Process): Promise<void> {
  const pid = pidOf(daemon);
  if (pid !== undefined) {
    process.kill(pid, "SIGTERM");
    const deadline = Date.now() + STOP_SECONDS * 1000;
    while (commandLine(pid).includes(daemon.mark)) {
      if (Date.now() > deadline) {
        process.kill(pid, "SIGKILL");
        throw new Failure(`${daemon.name} did not stop in ${STOP_SECONDS} s and was killed`, {
          log: daemon.log,
        });
      }
      await sleep(50);
    }
  }
  rmSync(daemon.pidFile, { force: true });
}

function answers(where: { socketPath?: string; host?: string; port?: number; path: string }, fine: number[]) {
  return new Promise<boolean>((done) => {
    const request = get({ ...where, timeout: 2000 }, (response) => {
      response.resume();
      done(response.statusCode !== undefined && fine.includes(response.statusCode));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => done(false));
  });
}
