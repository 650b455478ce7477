/** Text of the engine and of programs as plain text: without colours, the engine's own marks and machine paths. */
import { stripVTControlCharacters } from "node:util";

export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/<\{%[a-z ]*%\}>/gi, "")
    .replaceAll("\r\n", "\n")
    .trim();
}

/** A stack trace tells a user of the tool nothing: the frames inside Node and in packages go, those of the program stay. */
export function withoutFrames(text: string, folder: string): string {
  return text
    .split("\n")
    .filter(
      (line) => !/^\s*at .*(node:internal|node_modules|\(native\)|<anonymous>:|\(<anonymous>\)$)/.test(line),
    )
    .map((line) => line.replaceAll(`${folder}/`, ""))
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
