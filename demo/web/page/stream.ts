/** A streamed answer: one bar for each line, at the moment it arrives. */
import { config } from "./api";
import { at, make } from "./dom";

const lines = 12;

export function showStream(): void {
  const list = at("stream-lines");
  const button = at("stream-start", HTMLButtonElement);
  const clear = () => list.replaceChildren(...Array.from({ length: lines }, () => make("li", "")));
  clear();
  button.onclick = () => {
    clear();
    button.disabled = true;
    receive(() => list.querySelector("li:not(.here)")?.classList.add("here"))
      .catch(() => clear())
      .finally(() => (button.disabled = false));
  };
}

async function receive(arrived: () => void): Promise<void> {
  const response = await fetch(`${config.api}/stream?lines=${lines}&ms=150`);
  if (!response.body) return;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream()))
    for (const character of chunk) if (character === "\n") arrived();
}
