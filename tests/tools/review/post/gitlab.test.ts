import assert from "node:assert/strict";
import { marker } from "../../../../tools/review/marker";
import { gitlab } from "../../../../tools/review/post/gitlab";
import { upsert } from "../../../../tools/review/post/site";
import type { Failure } from "../../../../toolchain/lib/failure";
import { serve, type Answer, type Asked, type Server } from "./http";

const mark = marker("shop", []);
const TOKEN = "glpat-0123456789abcdefghij";
const ME = 42;
const NOTES = "/api/v4/projects/acme/shop/merge_requests/7/notes";

interface Note {
  id: number;
  body: string;
  author: { id: number };
}

/** What GitLab's API does with notes. */
class GitLab {
  notes: Note[] = [];
  trouble: ((asked: Asked) => Answer | "break" | undefined)[] = [];
  server!: Server;

  async start(): Promise<this> {
    this.server = await serve((asked) => this.answer(asked));
    return this;
  }

  add(body: string, author = ME): Note {
    const note = { id: 500 + this.notes.length, body, author: { id: author } };
    this.notes.push(note);
    return note;
  }

  private answer(asked: Asked): Answer | "break" {
    if (asked.headers["private-token"] !== TOKEN)
      return { status: 401, body: { message: "401 Unauthorized" } };
    for (const [index, trouble] of this.trouble.entries()) {
      const said = trouble(asked);
      if (said === undefined) continue;
      this.trouble.splice(index, 1);
      return said;
    }
    const { method, path, body } = asked;
    if (path === "/api/v4/user") return { status: 200, body: { id: ME, username: "slipway" } };
    if (path === NOTES && method === "GET") return this.page(asked);
    if (path === NOTES && method === "POST") return { status: 201, body: this.add(String(body.body)) };
    const known = this.notes.find(({ id }) => path === `${NOTES}/${id}`);
    if (known === undefined) return { status: 404, body: { message: "404 Not found" } };
    if (method === "DELETE") {
      this.notes = this.notes.filter((note) => note !== known);
      return { status: 204 };
    }
    known.body = String(body.body);
    return { status: 200, body: known };
  }

  private page({ query }: Asked): Answer {
    const size = Math.min(Number(query.get("per_page") ?? 20), 100);
    const page = Number(query.get("page") ?? 1);
    const more = this.notes.length > page * size;
    return {
      status: 200,
      body: this.notes.slice((page - 1) * size, page * size),
      headers: {
        "x-page": String(page),
        "x-per-page": String(size),
        "x-next-page": more ? String(page + 1) : "",
        "x-prev-page": "",
        "x-total": String(this.notes.length),
        "x-total-pages": String(Math.ceil(this.notes.length / size)),
      },
    };
  }
}

describe("a note on GitLab", () => {
  let lab: GitLab;
  const waits: string[] = [];
  const site = (token = TOKEN) =>
    gitlab({
      ...{ host: lab.server.url, project: "acme/shop", mergeRequest: 7, token, retryAfterBase: 5 },
      page: "https://gitlab.example/acme/shop/-/merge_requests/7",
      onWait: (text) => waits.push(text),
    });
  const bodies = () => lab.notes.map(({ body }) => body);
  const asked = (method: string) => lab.server.asked.filter((one) => one.method === method).length;

  beforeEach(async () => {
    lab = await new GitLab().start();
    waits.length = 0;
  });
  afterEach(() => lab.server.close());

  it("is made when there is none", async () => {
    const { how, url } = await upsert(site(), mark, `${mark}\nfirst`);
    assert.equal(how, "created");
    assert.equal(url, "https://gitlab.example/acme/shop/-/merge_requests/7#note_500");
    assert.deepEqual(bodies(), [`${mark}\nfirst`]);
  });

  it("is found behind 250 others, and edited in place", async () => {
    for (let index = 0; index < 250; index++) lab.add(`note ${index}`, 7);
    lab.add(`${mark}\nold`);
    assert.equal((await upsert(site(), mark, `${mark}\nnew`)).how, "edited");
    assert.equal(lab.notes.length, 251);
    assert.equal(bodies().at(-1), `${mark}\nnew`);
  });

  it("is not mistaken for another's, or another project's", async () => {
    lab.add(`${mark}\nforged`, 7);
    lab.add(`${marker("other", [])}\ntheirs`);
    assert.equal((await upsert(site(), mark, `${mark}\nmine`)).how, "created");
    assert.equal(lab.notes.length, 3);
  });

  it("leaves one of two copies, and is made anew when it was deleted meanwhile", async () => {
    lab.add(`${mark}\none`);
    lab.add(`${mark}\ntwo`);
    lab.trouble.push(({ method }) =>
      method === "PUT" ? { status: 404, body: { message: "404 Not found" } } : undefined,
    );
    assert.equal((await upsert(site(), mark, `${mark}\nnew`)).how, "created");
    assert.deepEqual(bodies(), [`${mark}\none`, `${mark}\nnew`]);
  });

  it("waits as long as the rate limit says", async () => {
    lab.trouble.push(({ method }) =>
      method === "POST"
        ? { status: 429, headers: { "retry-after": "1" }, body: { message: "Too many requests" } }
        : undefined,
    );
    const started = Date.now();
    assert.equal((await upsert(site(), mark, `${mark}\nx`)).how, "created");
    assert.ok(Date.now() - started >= 1000, "waited a second");
    assert.deepEqual(waits, ["GitLab's rate limit: waiting 1 s"]);
  });

  it("says so instead of waiting an hour", async () => {
    lab.trouble.push(() => ({
      status: 429,
      headers: { "retry-after": "3600" },
      body: { message: "Too many requests" },
    }));
    await assert.rejects(upsert(site(), mark, `${mark}\nx`), /GitLab did not take the note on acme\/shop!7/);
    assert.equal(lab.server.asked.length, 1);
  });

  it("is tried again after GitLab's own faults and a broken connection", async () => {
    lab.trouble.push(() => ({ status: 502, body: { message: "Bad Gateway" } }));
    lab.trouble.push(() => "break");
    lab.trouble.push(({ method }) =>
      method === "POST" ? { status: 500, body: { message: "Oops" } } : undefined,
    );
    assert.equal((await upsert(site(), mark, `${mark}\nx`)).how, "created");
    assert.equal(lab.notes.length, 1);
  });

  it("is given up after five tries", async () => {
    for (let index = 0; index < 9; index++)
      lab.trouble.push(() => ({ status: 503, body: { message: "down" } }));
    await assert.rejects(upsert(site(), mark, `${mark}\nx`), /did not take the note/);
    assert.equal(lab.server.asked.length, 5);
  });

  it("refused is refused once, with the reason and without the token", async () => {
    lab.trouble.push(({ method }) =>
      method === "POST" ? { status: 403, body: { message: `403 Forbidden for ${TOKEN}` } } : undefined,
    );
    await assert.rejects(upsert(site(), mark, `${mark}\nx`), (error: Failure) => {
      assert.match(error.format(), /403: 403 Forbidden for \[token\][^]*scope api/);
      assert.ok(!JSON.stringify(error).includes(TOKEN));
      return true;
    });
    assert.equal(asked("POST"), 1);
  });

  it("with a wrong token says so", async () => {
    await assert.rejects(upsert(site("glpat-wrong"), mark, `${mark}\nx`), (error: Failure) => {
      assert.match(error.format(), /401: .*[^]*valid token in GITLAB_TOKEN/);
      return true;
    });
  });
});
