/**
 * Real Postgres and Redis for tests: Debian's binaries, a folder and a free port of their own, never as root,
 * stopped by pid. `kill()` is a power cut; `restart()` brings the same data back on the same port.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createConnection, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Service {
  readonly url: string;
  readonly port: number;
  /** The folder of its data and its log. */
  readonly folder: string;
  kill(): Promise<void>;
  /** Stops it in order, keeping its data for a restart(). */
  interrupt(): Promise<void>;
  restart(): Promise<void>;
  /** Holds it still, connections open: a machine that hangs. */
  pause(still: boolean): void;
  stop(): Promise<void>;
}

/** A suite that is skipped where something is missing, and says what in its name. */
export function describeWith(
  missing: string | undefined,
  title: string,
  body: (this: Mocha.Suite) => void,
): void {
  if (missing === undefined) describe(title, body);
  else describe.skip(`${title} (skipped: ${missing})`, body);
}

/** Why the services cannot run here; undefined where they can. */
export function servicesMissing(): string | undefined {
  if (postgresBinaries() === undefined) return "PostgreSQL's server is not installed (Debian: postgresql)";
  if (redisBinary === undefined) return "Redis is not installed (Debian: redis-server)";
  return undefined;
}

const redisBinary = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].find((path) => existsSync(path));

function postgresBinaries(): string | undefined {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  const newest = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return newest.map((version) => join(root, version, "bin")).find((path) => existsSync(join(path, "initdb")));
}

/** A port nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Waits for a condition; fails with what was awaited, and with `detail` where that helps. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { seconds = 30, detail }: { seconds?: number; detail?: () => string } = {},
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline)
      throw new Error(`not within ${seconds} s: ${what}${detail ? `\n${detail()}` : ""}`);
    await sleep(25);
  }
}

export async function startPostgres({
  tls = false,
  port: wanted,
}: { tls?: boolean; port?: number } = {}): Promise<Service> {
  const binaries = postgresBinaries();
  if (binaries === undefined) throw new Error(servicesMissing());
  const { folder, identity } = ownFolder("postgres");
  const port = wanted ?? (await freePort());
  const data = join(folder, "data");
  const asOwner = (command: string, args: string[]) => {
    const done = spawnSync(command, args, { ...identity, encoding: "utf8", cwd: folder });
    if (done.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${done.stderr}`);
  };
  asOwner(join(binaries, "initdb"), [
    "-D",
    data,
    "-U",
    "app",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync",
  ]);
  if (tls) {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", join(data, "server.key"), "-out", join(data, "server.crt")];
    asOwner("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files]);
  }
  const args = [
    "-D",
    data,
    "-p",
    String(port),
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    `unix_socket_directories=${folder}`,
  ];
  args.push("-c", "max_connections=100", "-c", "shared_buffers=32MB", "-c", `ssl=${tls ? "on" : "off"}`);
  const url = `postgres://app@${tls ? "localhost" : "127.0.0.1"}:${port}/postgres`;
  return supervise({
    folder,
    port,
    url,
    begin: () => child(join(binaries, "postgres"), args, folder, identity),
    ready: () =>
      spawnSync(join(binaries, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)]).status === 0,
    // Fast shutdown: connections are cut, data is safe.
    polite: "SIGINT",
  });
}

/** `appendonly` keeps every write in a file, flushed each second: what the `queue` role of Redis means. */
export async function startRedis({ appendonly = true, password = "" } = {}): Promise<Service> {
  if (redisBinary === undefined) throw new Error(servicesMissing());
  const binary = redisBinary;
  const { folder, identity } = ownFolder("redis");
  const port = await freePort();
  const args = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--save",
    "",
    "--maxmemory-policy",
    "noeviction",
  ];
  args.push("--appendonly", appendonly ? "yes" : "no", "--appendfsync", "everysec", "--daemonize", "no");
  if (password !== "") args.push("--requirepass", password);
  return supervise({
    folder,
    port,
    url: `redis://${password === "" ? "" : `:${password}@`}127.0.0.1:${port}/0`,
    begin: () => child(binary, args, folder, identity),
    ready: () => answers(port, "PING\r\n", /PONG|NOAUTH/),
    polite: "SIGTERM",
  });
}

interface Identity {
  uid?: number;
  gid?: number;
}

/** Servers refuse to run as root, and should: root's tests run them as nobody. */
function ownFolder(name: string): { folder: string; identity: Identity } {
  const folder = mkdtempSync(join(tmpdir(), `slipway-test-${name}-`));
  if (process.getuid?.() !== 0) return { folder, identity: {} };
  const identity = { uid: 65534, gid: 65534 };
  chownSync(folder, identity.uid, identity.gid);
  return { folder, identity };
}

function child(command: string, args: string[], folder: string, identity: Identity): ChildProcess {
  const log = openSync(join(folder, "log"), "a");
  return spawn(command, args, { ...identity, cwd: folder, stdio: ["ignore", log, log] });
}

async function answers(port: number, question: string, expected: RegExp): Promise<boolean> {
  const socket = createConnection({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
    socket.write(question);
    const [data] = (await once(socket, "data")) as [Buffer];
    return expected.test(data.toString());
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

interface Plan {
  folder: string;
  port: number;
  url: string;
  begin: () => ChildProcess;
  ready: () => boolean | Promise<boolean>;
  polite: NodeJS.Signals;
}

async function supervise({ folder, port, url, begin, ready, polite }: Plan): Promise<Service> {
  let running: ChildProcess | undefined;
  const restart = async () => {
    const process = begin();
    running = process;
    const log = () => readFileSync(join(folder, "log"), "utf8").split("\n").slice(-15).join("\n");
    await eventually(`an answer on port ${port}`, () => process.exitCode !== null || ready(), {
      detail: log,
    });
    if (process.exitCode !== null) throw new Error(`the server ended at once:\n${log()}`);
  };
  const end = async (signal: NodeJS.Signals) => {
    const process = running;
    running = undefined;
    if (process?.exitCode !== null || process.signalCode !== null) return;
    const ended = once(process, "exit");
    process.kill(signal);
    await ended;
  };
  await restart();
  return {
    url,
    port,
    folder,
    restart,
    kill: () => end("SIGKILL"),
    interrupt: () => end(polite),
    pause: (still) => running?.kill(still ? "SIGSTOP" : "SIGCONT"),
    stop: async () => {
      await end(polite);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
