/** Questions on a terminal, with what an empty answer means. */
import { createInterface } from "node:readline/promises";

export interface Question {
  readonly name: string;
  readonly text: string;
  readonly usual?: string | undefined;
  /** What is wrong with an answer, or nothing. */
  readonly wrong?: (answer: string) => string | undefined;
}

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Asks one after the other; a wrong answer is asked again. */
export async function ask(
  questions: readonly Question[],
  terminal: Terminal,
): Promise<Record<string, string>> {
  const lines = createInterface({ input: terminal.input, output: terminal.output });
  // Lines that arrive while nobody asks would be lost: they wait here.
  const waiting = lines[Symbol.asyncIterator]();
  try {
    const answers: Record<string, string> = {};
    for (const { name, text, usual, wrong } of questions) {
      for (;;) {
        terminal.output.write(`${text}${usual === undefined ? "" : ` [${usual}]`}: `);
        const line = await waiting.next();
        const said = line.done === true ? "" : line.value.trim();
        const answer = said === "" ? (usual ?? "") : said;
        const problem = wrong?.(answer);
        if (problem === undefined) {
          answers[name] = answer;
          break;
        }
        if (line.done === true) throw new Error(`${text}: ${problem}`);
        terminal.output.write(`  ${problem}\n`);
      }
    }
    return answers;
  } finally {
    lines.close();
  }
}
