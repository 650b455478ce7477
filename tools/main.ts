/** The slipway command: reads the words, hands over to the verb, and says failures the way people read them. */
import { Problems } from "../config";
import { Failure } from "../toolchain/lib/failure";
import { slipway } from "./program";

slipway()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof Problems) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
      return;
    }
    if (error instanceof Failure) {
      process.stderr.write(`slipway: ${error.format()}\n`);
      process.exitCode = error.exitCode;
      return;
    }
    process.stderr.write(`slipway: this is a defect of Slipway, not of yours.\n`);
    throw error;
  });
