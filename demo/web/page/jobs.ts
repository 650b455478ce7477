/** The queue, live: counters, a wall with one square a job, the newest in a table, and ordering more. */
import { ask } from "./api";
import { at, make, pause, problem } from "./dom";
import { listen } from "./events";

type Status = "queued" | "running" | "done" | "failed";

interface Job {
  id: string;
  kind: string;
  status: Status;
  result: Record<string, unknown> | null;
  error: string | null;
  createdAt: string;
  finishedAt: string | null;
}

interface Snapshot {
  jobs: Job[];
  counts: Record<Status, number>;
}

const statuses: Status[] = ["queued", "running", "done", "failed"];
const squares = 200;
const rows = 7;

const texts = [
  "The ship goes down the slipway once, and it had better float.",
  "A smooth sea never made a skilled sailor.",
  "Red sky at night, sailor's delight; red sky at morning, sailors take warning.",
];

/** By the order in which they were made, for the wall. */
let jobs = new Map<string, Job>();
/** Those that changed last, latest first, for the table. */
let recent: Job[] = [];
let counts: Record<Status, number> = { queued: 0, running: 0, done: 0, failed: 0 };
let drawing = false;

export function showJobs(expired: () => void): () => void {
  const form = at("order", HTMLFormElement);
  const text = form.elements.namedItem("text") as HTMLInputElement;
  text.value ||= texts[0] ?? "";
  form.onsubmit = (event) => {
    event.preventDefault();
    const times = Number((event.submitter as HTMLButtonElement | null)?.value ?? 1);
    void order(new FormData(form), times);
  };
  draw();
  return listen("/jobs/events", {
    event: (name, data) => {
      if (name === "snapshot") replace(data as Snapshot);
      if (name === "job") change(data as Job);
    },
    connected: (yes) => {
      at("live").classList.toggle("on", yes);
      at("live").lastElementChild?.replaceChildren(yes ? "live" : "connecting");
    },
    expired,
  });
}

async function order(form: FormData, times: number): Promise<void> {
  problem("order-problem", undefined);
  const kind = form.get("kind") as string;
  const job = { kind, text: form.get("text"), pauseMs: Number(form.get("pauseMs")) };
  try {
    // The key makes it safe to press again when the answer was lost.
    const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
    const { ids } = await ask<{ ids: string[] }>("/jobs", { job, times }, { "idempotency-key": key });
    for (const id of ids) {
      // Its news may have been faster than this answer.
      if (jobs.has(id)) continue;
      change({
        id,
        kind,
        status: "queued",
        result: null,
        error: null,
        createdAt: new Date().toISOString(),
        finishedAt: null,
      });
    }
  } catch (error) {
    problem("order-problem", error);
  }
}

function replace(snapshot: Snapshot): void {
  jobs = new Map(snapshot.jobs.toReversed().map((job) => [job.id, job]));
  const changed = (job: Job) => job.finishedAt ?? job.createdAt;
  recent = snapshot.jobs.toSorted((a, b) => changed(b).localeCompare(changed(a))).slice(0, rows);
  counts = snapshot.counts;
  draw();
}

const ended = (status: Status) => status === "done" || status === "failed";

function change(job: Job): void {
  const before = jobs.get(job.id);
  // News may come late or twice: an ended job stays ended.
  if (before && ended(before.status)) return;
  jobs.set(job.id, job);
  recent = [job, ...recent.filter(({ id }) => id !== job.id)].slice(0, rows);
  for (const id of [...jobs.keys()].slice(0, Math.max(0, jobs.size - squares))) jobs.delete(id);
  draw();
  void recount();
}

let recounting: "no" | "yes" | "again" = "no";

/** The counters are the API's own, not sums of news that may be missed: asked for while there is news, four times a second at most. */
async function recount(): Promise<void> {
  if (recounting !== "no") {
    recounting = "again";
    return;
  }
  do {
    recounting = "yes";
    await pause(250);
    try {
      ({ counts } = await ask<Snapshot>("/jobs?limit=1"));
      draw();
    } catch {
      // The event stream reports a lost API, and brings a snapshot when it is back.
    }
  } while ((recounting as string) === "again");
  recounting = "no";
}

/** At most once a frame, however fast the news comes. */
function draw(): void {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    for (const status of statuses) at(`count-${status}`).textContent = counts[status].toLocaleString("en");
    drawWall([...jobs.values()]);
    drawTable(recent);
  });
}

function drawWall(newest: Job[]): void {
  const wall = at("wall");
  while (wall.childElementCount < squares) wall.append(make("i", "none"));
  [...wall.children].forEach((square, index) => {
    const name = newest[index]?.status ?? "none";
    if (square.className !== name) square.className = name;
  });
}

function drawTable(latest: Job[]): void {
  if (latest.length === 0) {
    const cell = make("td", "empty", "No jobs yet. Order one, or a hundred.");
    cell.setAttribute("colspan", "5");
    at("latest").replaceChildren(make("tr", "", cell));
    return;
  }
  at("latest").replaceChildren(
    ...latest.map((job) =>
      make(
        "tr",
        "",
        make("td", "", make("code", "", job.id.slice(0, 8))),
        make("td", "", names[job.kind] ?? job.kind),
        make("td", "", make("span", `state ${job.status}`, job.status)),
        make("td", "", job.error ?? outcome(job)),
        make("td", "number", took(job)),
      ),
    ),
  );
}

const names: Record<string, string> = {
  words: "Count words",
  fingerprint: "Fingerprint",
  wrap: "Wrap lines",
};

function outcome({ result }: Job): string {
  if (result === null) return "";
  if (typeof result.sha256 === "string") return `${result.sha256.slice(0, 16)}…`;
  if (Array.isArray(result.lines)) return `${result.lines.length} lines`;
  return `${String(result.words)} words, ${String(result.distinct)} different`;
}

function took({ createdAt, finishedAt }: Job): string {
  if (finishedAt === null) return "";
  const seconds = (Date.parse(finishedAt) - Date.parse(createdAt)) / 1000;
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}
