/** One HTTPS request as a client from outside makes it, with the parts of the answer that tests look at. */
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";

export interface Way {
  /** Connects here instead of to what the name resolves to. */
  through?: string;
  /** Trusts this authority besides the usual ones. */
  authority?: string;
}

export interface Question {
  url: string;
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Milliseconds for the whole answer. */
  within?: number;
  /** Read the body up to its end. Without, the status is enough: some answers never end. */
  whole?: boolean;
}

export interface Heard {
  url: string;
  status: number;
  headers: IncomingHttpHeaders;
  /** The body, or as much of it as was read. */
  text: string;
  /** Milliseconds. */
  took: number;
}

/** Enough to tell a gateway's answer from a part's. */
const BEGINNING = 1024;
const MOST = 4 * 1024 ** 2;

export function ask(question: Question, { through, authority }: Way = {}): Promise<Heard> {
  const { url, method = "GET", headers = {}, body, within = 5_000, whole = false } = question;
  const { hostname, port, pathname, search } = new URL(url);
  const began = Date.now();
  return new Promise((done, fail) => {
    const asked = request(
      {
        host: through ?? hostname,
        port: port === "" ? 443 : Number(port),
        path: `${pathname}${search}`,
        method,
        servername: hostname,
        headers: {
          ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
          ...headers,
          host: port === "" ? hostname : `${hostname}:${port}`,
        },
        agent: false,
        ...(authority === undefined ? {} : { ca: authority }),
      },
      (response) => {
        let text = "";
        const finish = () => {
          clearTimeout(limit);
          done({
            url,
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            took: Date.now() - began,
          });
          asked.destroy();
        };
        // A status that says all by itself is not kept waiting by a stream that has nothing to say yet.
        if (!whole && response.statusCode !== 404) {
          finish();
          return;
        }
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > (whole ? MOST : BEGINNING)) finish();
        });
        response.on("end", finish);
        response.on("error", fail);
      },
    );
    const limit = setTimeout(
      () =>
        asked.destroy(
          new Error(`no answer within ${within % 1000 === 0 ? `${within / 1000} s` : `${within} ms`}`),
        ),
      within,
    );
    asked.on("error", (error) => {
      clearTimeout(limit);
      fail(error);
    });
    asked.end(body);
  });
}
