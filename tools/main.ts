/** The slipway command: reads the words, hands over to the verb, and says failures the way people read them. */
import { Problems } from "../config";
import { Failure } from "../toolchain/lib/failure";
import { slipway } from "./program";

/** A disk that is full is the machine's trouble, wherever it shows first. */
function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== "ENOSPC" && code !== "EDQUOT") return undefined;
  return new Failure(`no space is left on the disk${path === undefined ? "" : ` of ${path}`}`, {
    next: "free some (`./slipway doctor` says how much is wanted), or name other folders by SLIPWAY_CACHE and SLIPWAY_STATE",
  });
}

slipway()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof Problems) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
      return;
    }
    const failure = failureOf(error);
    if (failure) {
      process.stderr.write(`slipway: ${failure.format()}\n`);
      process.exitCode = failure.exitCode;
      return;
    }
    process.stderr.write(`slipway: this is a defect of Slipway, not of yours.\n`);
    throw error;
  });
