import assert from "node:assert/strict";
import { marker } from "../../../../tools/review/marker";
import { github } from "../../../../tools/review/post/github";
import { upsert } from "../../../../tools/review/post/site";
import { Failure } from "../../../../toolchain/lib/failure";
import { serve, type Answer, type Asked, type Server } from "./http";

const mark = marker("shop", []);
const TOKEN = "ghs_0123456789abcdefghij0123456789abcdef";
const BOT = { login: "github-actions[bot]", type: "Bot" };

interface Comment {
  id: number;
  body: string;
  html_url: string;
  user: { login: string; type: string };
}

/** What GitHub's API does with comments, as its documentation says; `trouble` answers first where it wants to. */
class GitHub {
  comments: Comment[] = [];
  trouble: ((asked: Asked) => Answer | "break" | undefined)[] = [];
  me: { login: string } | undefined;
  server!: Server;

  async start(): Promise<this> {
    this.server = await serve((asked, url) => this.answer(asked, url));
    return this;
  }

  add(body: string, user = BOT): Comment {
    const id = 1000 + this.comments.length;
    const comment = { id, body, html_url: `https://github.example/c/${id}`, user };
    this.comments.push(comment);
    return comment;
  }

  private answer(asked: Asked, url: string): Answer | "break" {
    if (asked.headers.authorization !== `token ${TOKEN}`)
      return { status: 401, body: { message: "Bad credentials" } };
    for (const [index, trouble] of this.trouble.entries()) {
      const said = trouble(asked);
      if (said === undefined) continue;
      this.trouble.splice(index, 1);
      return said;
    }
    const { method, path, body } = asked;
    if (path === "/user") {
      return this.me === undefined
        ? { status: 403, body: { message: "Resource not accessible by integration" } }
        : { status: 200, body: this.me };
    }
    if (path === "/repos/acme/shop/issues/7/comments" && method === "GET") return this.page(asked, url);
    if (path === "/repos/acme/shop/issues/7/comments" && method === "POST") return this.write(body, 201);
    const id = Number(/^\/repos\/acme\/shop\/issues\/comments\/(\d+)$/.exec(path)?.[1]);
    const known = this.comments.find((comment) => comment.id === id);
    if (known === undefined) return { status: 404, body: { message: "Not Found" } };
    if (method === "PATCH") return this.write(body, 200, known);
    this.comments = this.comments.filter((comment) => comment !== known);
    return { status: 204 };
  }

  private page({ query }: Asked, url: string): Answer {
    const size = Math.min(Number(query.get("per_page") ?? 30), 100);
    const page = Number(query.get("page") ?? 1);
    const more = this.comments.length > page * size;
    const next = `<${url}/repos/acme/shop/issues/7/comments?per_page=${size}&page=${page + 1}>; rel="next"`;
    return {
      status: 200,
      body: this.comments.slice((page - 1) * size, page * size),
      ...(more ? { headers: { link: next } } : {}),
    };
  }

  private write({ body }: Asked["body"], status: number, known?: Comment): Answer {
    if (typeof body !== "string" || body.length > 65_536) {
      return {
        status: 422,
        body: {
          message: "Validation Failed",
          errors: [{ message: "Body is too long (maximum is 65536 characters)" }],
        },
      };
    }
    if (known === undefined) return { status, body: this.add(body) };
    known.body = body;
    return { status, body: known };
  }
}

describe("a comment on GitHub", () => {
  let hub: GitHub;
  const waits: string[] = [];
  const site = (token = TOKEN) =>
    github({
      ...{ api: hub.server.url, repository: "acme/shop", pullRequest: 7, token, retryAfterBase: 5 },
      onWait: (text) => waits.push(text),
    });
  const writes = () => hub.server.asked.filter(({ method }) => method !== "GET").map(({ method }) => method);

  beforeEach(async () => {
    hub = await new GitHub().start();
    waits.length = 0;
  });
  afterEach(() => hub.server.close());

  it("is made when there is none", async () => {
    const { how, url } = await upsert(site(), mark, `${mark}\nfirst`);
    assert.equal(how, "created");
    assert.equal(url, "https://github.example/c/1000");
    assert.deepEqual(
      hub.comments.map(({ body }) => body),
      [`${mark}\nfirst`],
    );
  });

  it("is found behind 250 others, and edited in place", async () => {
    for (let index = 0; index < 250; index++) hub.add(`comment ${index}`);
    hub.add(`${mark}\nold`);
    assert.equal((await upsert(site(), mark, `${mark}\nnew`)).how, "edited");
    assert.equal(hub.comments.length, 251);
    assert.equal(hub.comments.at(-1)?.body, `${mark}\nnew`);
    const pages = hub.server.asked.filter(({ method, path }) => method === "GET" && path !== "/user");
    assert.deepEqual(
      pages.map(({ query }) => query.get("page") ?? "1"),
      ["1", "2", "3"],
    );
  });

  it("is not written again when nothing changed", async () => {
    hub.add(`${mark}\r\nsame`);
    assert.equal((await upsert(site(), mark, `${mark}\nsame\n`)).how, "unchanged");
    assert.deepEqual(writes(), []);
  });

  it("is not mistaken for another project's, another set of stacks', a quotation, or a person's", async () => {
    hub.add(`${marker("other", [])}\ntheirs`);
    hub.add(`${marker("shop", ["production"])}\ntheirs`);
    hub.add(`> ${mark}\nquoted`);
    hub.add(`${mark}\nforged`, { login: "mallory", type: "User" });
    assert.equal((await upsert(site(), mark, `${mark}\nmine`)).how, "created");
    assert.equal(hub.comments.length, 5);
  });

  it("belongs to the token's own user, where the token has one", async () => {
    hub.me = { login: "deployer" };
    hub.add(`${mark}\na bot's`);
    hub.add(`${mark}\nmine`, { login: "deployer", type: "User" });
    assert.equal((await upsert(site(), mark, `${mark}\nnew`)).how, "edited");
    assert.deepEqual(
      hub.comments.map(({ body }) => body),
      [`${mark}\na bot's`, `${mark}\nnew`],
    );
  });

  it("leaves one of two copies that two runs made at once", async () => {
    hub.add(`${mark}\none`);
    hub.add(`${mark}\ntwo`);
    await upsert(site(), mark, `${mark}\nnew`);
    assert.deepEqual(
      hub.comments.map(({ body }) => body),
      [`${mark}\nnew`],
    );
  });

  it("is made anew when somebody deleted it meanwhile", async () => {
    hub.add(`${mark}\nold`);
    hub.trouble.push(({ method }) =>
      method === "PATCH" ? { status: 404, body: { message: "Not Found" } } : undefined,
    );
    assert.equal((await upsert(site(), mark, `${mark}\nnew`)).how, "created");
  });

  it("waits as long as the secondary rate limit says", async () => {
    const limit = {
      status: 403,
      headers: { "retry-after": "1" },
      body: { message: "You have exceeded a secondary rate limit." },
    };
    hub.trouble.push(({ method }) => (method === "POST" ? limit : undefined));
    const started = Date.now();
    assert.equal((await upsert(site(), mark, `${mark}\nx`)).how, "created");
    assert.ok(Date.now() - started >= 1000, "waited a second");
    assert.deepEqual(waits, ["GitHub's limit on writing: waiting 1 s"]);
    assert.deepEqual(writes(), ["POST", "POST"]);
  });

  it("waits for the primary rate limit's reset", async () => {
    const reset = Math.floor(Date.now() / 1000);
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) };
    hub.trouble.push(() => ({ status: 403, headers, body: { message: "API rate limit exceeded" } }));
    assert.equal((await upsert(site(), mark, `${mark}\nx`)).how, "created");
    assert.match(waits[0] ?? "", /^GitHub's rate limit: waiting \d s$/);
  });

  it("says so instead of waiting an hour", async () => {
    const headers = {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Math.floor(Date.now() / 1000) + 3600),
    };
    hub.trouble.push(() => ({ status: 403, headers, body: { message: "API rate limit exceeded" } }));
    await assert.rejects(
      upsert(site(), mark, `${mark}\nx`),
      /GitHub did not take the comment on acme\/shop#7/,
    );
    assert.equal(hub.server.asked.length, 1);
  });

  it("is tried again after GitHub's own faults and a broken connection", async () => {
    hub.trouble.push(() => ({ status: 502, body: { message: "Server Error" } }));
    hub.trouble.push(() => "break");
    hub.trouble.push(({ method }) =>
      method === "POST" ? { status: 503, body: { message: "Unavailable" } } : undefined,
    );
    assert.equal((await upsert(site(), mark, `${mark}\nx`)).how, "created");
    assert.equal(hub.comments.length, 1);
  });

  it("is given up after five tries", async () => {
    for (let index = 0; index < 9; index++)
      hub.trouble.push(() => ({ status: 500, body: { message: "down" } }));
    await assert.rejects(upsert(site(), mark, `${mark}\nx`), Failure);
    assert.equal(hub.server.asked.length, 5);
  });

  it("too long is refused once, with what GitHub says", async () => {
    await assert.rejects(upsert(site(), mark, `${mark}\n${"x".repeat(65_537)}`), (error: Failure) => {
      assert.match(error.format(), /422: .*Body is too long/);
      return true;
    });
    assert.deepEqual(writes(), ["POST"]);
  });

  it("without the right to write says which right is missing, and never the token", async () => {
    hub.trouble.push(({ method }) =>
      method === "POST"
        ? { status: 403, body: { message: `Resource not accessible with ${TOKEN}` } }
        : undefined,
    );
    await assert.rejects(upsert(site(), mark, `${mark}\nx`), (error: Failure) => {
      assert.match(error.format(), /pull-requests: write/);
      assert.ok(!error.format().includes(TOKEN));
      assert.ok(!JSON.stringify(error).includes(TOKEN));
      return true;
    });
  });

  it("with a wrong token says so", async () => {
    await assert.rejects(upsert(site("ghp_wrong"), mark, `${mark}\nx`), (error: Failure) => {
      assert.match(error.format(), /401: .*[Bb]ad credentials[^]*valid token in GITHUB_TOKEN/);
      return true;
    });
  });
});
