/** The way back: the parts as a good release had them, by the engine, and asked from outside whether they answer. */
import type { Step } from "../../toolchain/lib/progress";
import { checksOf } from "./checks";
import { unlocked } from "./engine";
import { override, settingsWith } from "./override";
import type { Release } from "./records";
import type { Session } from "./session";
import { smoke, smokeFailure, type Verdict } from "./smoke";

/** Throws when the engine or the smoke test does. */
export async function goBack(
  session: Session,
  to: Release,
  step: Step,
  signal?: AbortSignal,
): Promise<Verdict[]> {
  const { engine, raw, stack } = session;
  const changed = override(raw, to);
  // Said before the engine starts: a release may need what is no longer there.
  const settings = settingsWith(raw, changed, `release ${to.number} of ${stack}`);
  await unlocked(stack, () => engine.up(step, { override: changed, called: "rollback", signal }));
  step.note("asking its routes");
  const verdicts = await smoke(checksOf(settings), { ...(await session.way()), step });
  const failure = smokeFailure(stack, verdicts);
  if (failure !== undefined) throw failure;
  return verdicts;
}
