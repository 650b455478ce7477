/** The page: what is always there, and what is there once somebody has signed in. */
import { drawAccount, showAccount } from "./account";
import { config, keepSession } from "./api";
import { at } from "./dom";
import { showHealth } from "./health";
import { showJobs } from "./jobs";
import { showStream } from "./stream";
import { showTheme } from "./theme";
import { showUpload } from "./upload";
import { showWire } from "./wire";

let leave: (() => void) | undefined;

function changed(): void {
  leave?.();
  leave = undefined;
  if (!drawAccount()) return;
  const expired = () => {
    keepSession(undefined);
    changed();
  };
  const stops = [showJobs(expired), showWire()];
  leave = () => {
    for (const stop of stops) stop();
  };
}

document.title = config.product;
at("product").textContent = config.product;
showTheme();
showHealth();
showUpload();
showStream();
showAccount(changed);
changed();
