/** Where things live outside the checkout: the XDG folders, each under `slipway`. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The top of this checkout. */
export const checkout = resolve(__dirname, "..", "..");

function base(own: string, xdg: string, fallback: string): string {
  const named = process.env[own];
  if (named !== undefined && named !== "") return resolve(named);
  const shared = process.env[xdg];
  return join(shared === undefined || shared === "" ? join(homedir(), fallback) : shared, "slipway");
}

/** Artefacts that can be made again: built tools, images, fetched packages. */
export const cacheDir = (...parts: string[]) =>
  join(base("SLIPWAY_CACHE", "XDG_CACHE_HOME", ".cache"), ...parts);

/** What must survive a reboot: the cluster's data, the local stacks' state. */
export const stateDir = (...parts: string[]) =>
  join(base("SLIPWAY_STATE", "XDG_STATE_HOME", ".local/state"), ...parts);

/** Sockets and pid files of what runs now; short, since socket paths are limited to 107 bytes. */
export const runDir = (...parts: string[]) => join(process.env.SLIPWAY_RUN ?? "/run/slipway", ...parts);
