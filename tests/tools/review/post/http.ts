/** A local HTTP server for tests: what it was asked, and scripted troubles before the real answers. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  headers: IncomingMessage["headers"];
}

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Server {
  url: string;
  asked: Asked[];
  close(): Promise<void>;
}

export async function serve(answer: (asked: Asked, url: string) => Answer | "break"): Promise<Server> {
  const asked: Asked[] = [];
  let url = "";
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { pathname, searchParams } = new URL(request.url ?? "/", url);
    const one: Asked = {
      method: request.method ?? "GET",
      path: decodeURIComponent(pathname),
      query: searchParams,
      body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
      headers: request.headers,
    };
    asked.push(one);
    const said = answer(one, url);
    if (said === "break") {
      request.socket.destroy();
      return;
    }
    response.writeHead(said.status, { "content-type": "application/json", ...said.headers });
    response.end(said.body === undefined ? undefined : JSON.stringify(said.body));
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    close: () =>
      new Promise((done, fail) => {
        server.closeAllConnections();
        server.close((error) => (error ? fail(error) : done()));
      }),
  };
}
