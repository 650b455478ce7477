/** The WebSocket: a word there and back every second, and its time as a line. */
import { webSocketUrl } from "./api";
import { at, pause } from "./dom";

const kept = 40;

export function showWire(): () => void {
  const times: number[] = [];
  let open: WebSocket | undefined;
  const stopping = new AbortController();
  const stopped = () => stopping.signal.aborted;
  const state = at("wire-state");

  void (async () => {
    while (!stopped()) {
      const socket = new WebSocket(webSocketUrl("/ws"));
      open = socket;
      socket.onopen = () => {
        state.textContent = "connected";
        socket.send(String(performance.now()));
      };
      socket.onmessage = ({ data }) => {
        times.push(performance.now() - Number(data));
        if (times.length > kept) times.shift();
        draw(times);
        setTimeout(() => {
          if (socket === open && !stopped()) socket.send(String(performance.now()));
        }, 1_000);
      };
      await new Promise((resolve) => (socket.onclose = resolve));
      open = undefined;
      state.textContent = "connecting";
      await pause(500);
    }
  })();
  return () => {
    stopping.abort();
    open?.close();
  };
}

function draw(times: number[]): void {
  const last = times.at(-1) ?? 0;
  at("wire-time").textContent = `${last.toFixed(1)} ms`;
  const most = Math.max(...times, 2);
  const x = (index: number) => ((index * 240) / (kept - 1)).toFixed(1);
  const line = times.map((time, index) => `${x(index)},${(41 - (time / most) * 36).toFixed(1)}`).join("L");
  at("spark", SVGSVGElement).innerHTML =
    `<path class="under" d="M${line}L${x(times.length - 1)},44L0,44Z"/><path d="M${line}"/>`;
}
