/** A client outside the cluster: HTTPS by loopback, as not every machine resolves names under localhost. */
import { readFileSync } from "node:fs";
import { Agent, request, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { connect } from "node:tls";
import { authority } from "../../tools/lib/authority";

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** Milliseconds to the first byte of the answer, and to its last. */
  first: number;
  took: number;
}

export interface Question {
  method?: string;
  /** Sent as JSON, unless it is bytes. */
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
  agent?: Agent;
}

const kept = new Agent({ keepAlive: true });

export const questionOf = (host: string, path: string, headers: Record<string, string>): RequestOptions => ({
  host: "127.0.0.1",
  servername: host,
  path,
  ca: trusted(),
  headers: { host, ...headers },
});

let authorityText: string | undefined;
export const trusted = (): string => (authorityText ??= readFileSync(authority.file(), "utf8"));

export function ask(host: string, path: string, question: Question = {}): Promise<Answer> {
  const { method = "GET", token, agent = kept } = question;
  const raw = question.body instanceof Uint8Array;
  const body =
    question.body === undefined
      ? undefined
      : raw
        ? question.body
        : Buffer.from(JSON.stringify(question.body));
  const headers: Record<string, string> = {
    ...(body === undefined
      ? {}
      : {
          "content-type": raw ? "application/octet-stream" : "application/json",
          "content-length": String((body as Uint8Array).length),
        }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...question.headers,
  };
  const began = performance.now();
  return new Promise((done, fail) => {
    const asked = request({ ...questionOf(host, path, headers), method, agent }, (response) => {
      const first = performance.now() - began;
      text(response).then(
        (said) =>
          done({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: said,
            first,
            took: performance.now() - began,
          }),
        fail,
      );
    });
    asked.on("error", fail);
    asked.end(body);
  });
}

async function text(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let all = "";
  for await (const chunk of response) all += chunk as string;
  return all;
}

/** A new user of the demo's API, which may stand below a path; answers their token. */
export async function signUp(host: string, below = ""): Promise<string> {
  const email = `${crypto.randomUUID()}@example.com`;
  const answer = await ask(host, `${below}/auth/signup`, {
    method: "POST",
    body: { email, password: crypto.randomUUID() },
  });
  if (answer.status !== 201) throw new Error(`no user was made: ${answer.status} ${answer.text}`);
  return (JSON.parse(answer.text) as { token: string }).token;
}

export type TlsVersion = "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** Connects with one version of TLS only; answers the one that was spoken. */
export function handshake(host: string, version: TlsVersion): Promise<string | null> {
  return new Promise((done, fail) => {
    const options = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" };
    const socket = connect(
      { host: "127.0.0.1", port: 443, servername: host, ca: trusted(), ...options },
      () => {
        done(socket.getProtocol());
        socket.end();
      },
    );
    socket.on("error", fail);
  });
}

/** Opens a WebSocket, sends one text and answers what comes back. */
export function echo(host: string, path: string, message: string): Promise<string> {
  const key = Buffer.from(crypto.randomUUID().slice(0, 16)).toString("base64");
  const headers = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-key": key,
    "sec-websocket-version": "13",
  };
  return new Promise((done, fail) => {
    const asked = request({ ...questionOf(host, path, headers), agent: false });
    asked.on("response", (response) => fail(new Error(`no WebSocket: ${response.statusCode}`)));
    asked.on("error", fail);
    asked.on("upgrade", (_response, socket, head) => {
      socket.on("error", fail);
      let got = head;
      const look = () => {
        const length = (got[1] ?? 0) & 0x7f; // short texts only
        if (got.length < 2 + length || got.length < 2) return;
        done(got.subarray(2, 2 + length).toString("utf8"));
        socket.destroy();
      };
      socket.on("data", (chunk: Buffer) => {
        got = Buffer.concat([got, chunk]);
        look();
      });
      const mask = Buffer.from([1, 2, 3, 4]);
      const payload = Buffer.from(message).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]));
      look();
    });
    asked.end();
  });
}
