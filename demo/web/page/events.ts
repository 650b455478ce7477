/** Server-sent events with a bearer token, which the browser's own EventSource cannot send. */
import { authorization, config } from "./api";
import { pause } from "./dom";

export interface Handlers {
  event(name: string, data: unknown): void;
  connected(yes: boolean): void;
  /** The token is not accepted any more. */
  expired(): void;
}

/** Listens until told to stop, and connects anew whenever the stream ends: that is what a restart looks like from here. */
export function listen(path: string, handlers: Handlers): () => void {
  const stopping = new AbortController();
  const stopped = () => stopping.signal.aborted;
  void (async () => {
    while (!stopped()) {
      try {
        const response = await fetch(config.api + path, {
          headers: authorization(),
          signal: stopping.signal,
        });
        if (response.status === 401) {
          handlers.expired();
          return;
        }
        if (response.ok && response.body) {
          handlers.connected(true);
          await read(response.body, handlers);
        }
      } catch {
        // Said by connected(false) below; why does not matter to whoever looks at the page.
      }
      if (stopped()) return;
      handlers.connected(false);
      await pause(500);
    }
  })();
  return () => {
    stopping.abort();
  };
}

async function read(body: ReadableStream<Uint8Array>, handlers: Handlers): Promise<void> {
  let text = "";
  for await (const chunk of body.pipeThrough(
    new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
  )) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (name !== undefined && data !== undefined) handlers.event(name, JSON.parse(data));
    }
  }
}
