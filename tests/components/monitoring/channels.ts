/** Where alerts arrive in tests: an HTTP server for webhooks, Slack and PagerDuty, and a mail server. Both remember what they got. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createPlainServer, type Server as PlainServer } from "node:net";

export interface Heard {
  /** `/slack`, `/pagerduty`, …; `mail` for a mail. */
  readonly at: string;
  readonly body: string;
  /** When it came. */
  readonly when: number;
}

export class Channels {
  readonly heard: Heard[] = [];
  /** Where nothing is taken, as Slack does it with an address that is no longer one. */
  #closed: string | undefined;
  readonly #web: Server;
  readonly #mail: PlainServer;

  private constructor(private readonly host: string) {
    this.#web = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        if (request.url === this.#closed) {
          response.writeHead(403).end("invalid_token");
          return;
        }
        this.heard.push({ at: request.url ?? "", body, when: Date.now() });
        // As PagerDuty and Slack do.
        response.writeHead(request.url === "/pagerduty" ? 202 : 200).end("ok");
      });
    });
    this.#mail = mailServer((body) => this.heard.push({ at: "mail", body, when: Date.now() }));
  }

  /** At an address of this machine: pods reach it by that of their bridge. */
  static async open(host = "127.0.0.1"): Promise<Channels> {
    const channels = new Channels(host);
    for (const server of [channels.#web, channels.#mail]) {
      server.listen(0, host);
      await once(server, "listening");
    }
    return channels;
  }

  url(path: string): string {
    return `http://${this.host}:${(this.#web.address() as AddressInfo).port}/${path}`;
  }

  get mail(): string {
    return `${this.host}:${(this.#mail.address() as AddressInfo).port}`;
  }

  /** What came to one place, oldest first. */
  at(place: string): string[] {
    return this.heard.flatMap(({ at, body }) => (at === place ? [body] : []));
  }

  /** From now on, a place takes nothing. */
  refuse(place: string): void {
    this.#closed = place;
  }

  accept(): void {
    this.#closed = undefined;
  }

  close(): void {
    this.#web.closeAllConnections();
    this.#web.close();
    this.#mail.close();
  }
}

/** As much of SMTP as takes a mail. */
function mailServer(take: (mail: string) => void): PlainServer {
  return createPlainServer((socket) => {
    let mail: string | undefined;
    let rest = "";
    socket.setEncoding("utf8");
    // A client that hangs up has said what it had to say.
    socket.on("error", () => socket.destroy());
    socket.write("220 mail.example.com\r\n");
    socket.on("data", (chunk: string) => {
      rest += chunk;
      for (let end = rest.indexOf("\r\n"); end !== -1; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (mail !== undefined && line !== ".") mail += `${line}\n`;
        else if (mail !== undefined) {
          take(mail);
          mail = undefined;
          socket.write("250 taken\r\n");
        } else if (line === "DATA") {
          mail = "";
          socket.write("354 go on\r\n");
        } else if (line === "QUIT") socket.end("221 bye\r\n");
        else socket.write("250 mail.example.com\r\n");
      }
    });
  });
}
