/** Chromium for tests that look at pages. */
import { existsSync } from "node:fs";

export const browserPath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));
export const browserMissing =
  browserPath === undefined ? "Chromium is not installed (Debian: chromium)" : undefined;

/** Without these the browser calls home at every start, which a closed network refuses and a test should not need. */
export const browserArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
