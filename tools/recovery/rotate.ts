/** A stack file's text with generated secrets marked to be made anew: all else, comments too, as it was. */
import { isMap, parseDocument } from "yaml";
import { NAMESPACE } from "../../config/source";

/** Whatever text is another one than before makes a new secret; a moment also says when. */
export function rotated(text: string, secrets: readonly string[], now: Date): string {
  const document = parseDocument(text);
  const mark = document.createNode(now.toISOString().replace(/\.\d+Z$/, "Z"));
  // The engine's own reader of YAML would take it for a date, and write it otherwise.
  mark.type = "QUOTE_DOUBLE";
  for (const secret of secrets) {
    const at = ["config", `${NAMESPACE}:secrets`, secret, "generate"];
    if (isMap(document.getIn(at))) document.setIn([...at, "rotate"], mark);
    else document.setIn(at, document.createNode({ rotate: mark }, { flow: true }));
  }
  return document.toString({ lineWidth: 0 });
}
