/** `hosts`, `routes`, `headers`, `access`: what is reachable from outside, by whom, and within which limits. */
import { z } from "zod";
import { LONGEST } from "../names";
import { targetsOfRoute } from "./targets";
import {
  absolutePath,
  bytes,
  cidr,
  duration,
  host,
  key,
  name,
  nonEmpty,
  oneOf,
  rate,
  secretName,
  url,
  whole,
  yesOrNo,
} from "./types";

const hostObject = z.strictObject({
  name: key(host(), "Full name", "app.example.com"),
  redirect: key(
    name(LONGEST.host, "host").optional(),
    "Answer everything with a redirect to this host: www to the bare name",
    "app",
  ),
  proxied: key(
    yesOrNo().optional(),
    "Through Cloudflare's proxy; when not said, as `dns.proxied` where `dns.provider` is cloudflare",
  ),
});
export const hosts = z.record(
  name(LONGEST.host, "host"),
  z
    .union([host(), hostObject], { error: () => "a host name such as app.example.com, or a map with name" })
    .transform((value) => (typeof value === "string" ? hostObject.parse({ name: value }) : value)),
  { error: () => "a map of hosts such as {app: app.example.com}" },
);

/** Response headers: a name as HTTP has it, and a value on one line. */
const headerMap = () =>
  z.record(
    z
      .string()
      .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, { error: () => "a header's name such as X-Robots-Tag" }),
    z
      .string({ error: () => "a text on one line" })
      .refine((value) => /^[^\r\n\0]*$/.test(value), { error: () => "a text on one line" }),
  );

export const headers = z.strictObject({
  hsts: key(
    z
      .union(
        [
          z.literal(false),
          z.strictObject({
            age: key(duration().prefault("730d"), "How long browsers remember to use https only"),
            subdomains: key(yesOrNo().prefault(true), "For all names below as well"),
            preload: key(yesOrNo().prefault(false), "May be built into browsers"),
          }),
        ],
        { error: () => "false, or a map with age, subdomains and preload" },
      )
      .prefault({}),
    "Strict-Transport-Security",
  ),
  csp: key(
    z
      .union([z.literal(false), nonEmpty("a policy such as default-src 'self'", 8192)], {
        error: () => "false, or a policy such as default-src 'self'",
      })
      .prefault("default-src 'self'; base-uri 'self'; frame-ancestors 'none'; object-src 'none'"),
    "Content-Security-Policy of web parts; an API's routes get one that allows nothing",
  ),
  frame: key(
    z
      .union([z.literal(false), z.enum(["DENY", "SAMEORIGIN"])], { error: () => "DENY, SAMEORIGIN or false" })
      .prefault("DENY"),
    "X-Frame-Options",
  ),
  referrer: key(nonEmpty("a referrer policy").prefault("strict-origin-when-cross-origin"), "Referrer-Policy"),
  permissions: key(
    z
      .union([z.literal(false), nonEmpty("a permissions policy")], {
        error: () => "false, or a permissions policy",
      })
      .prefault("camera=(), geolocation=(), microphone=()"),
    "Permissions-Policy",
  ),
  add: key(headerMap().prefault({}), "Further response headers", { "X-XSS-Protection": "1; mode=block" }),
  remove: key(
    z.array(z.string()).prefault(["Server", "X-Powered-By"]),
    "Response headers that are taken away",
  ),
});

const accessFields = {
  allow: key(z.array(cidr()).min(1).optional(), "Only these address ranges may come in", ["203.0.113.0/24"]),
  basicAuth: key(
    z
      .union(
        [
          secretName(),
          z.record(
            z.string().regex(/^[^:\s]{1,64}$/, { error: () => "a user name without : or blanks" }),
            secretName(),
          ),
        ],
        {
          error: () => "the name of a secret with user:password, or a map from users to secrets",
        },
      )
      .optional(),
    "Ask for a user and password: a secret holding `user:password`, or users with their secrets",
    { qa: "STAGING_PASSWORD" },
  ),
};
export const access = z.strictObject({
  ...accessFields,
  public: key(yesOrNo().prefault(false), "Said out loud that a staging stack is open to everyone"),
  except: key(z.array(absolutePath()).prefault([]), "Paths open to everyone all the same", ["/health"]),
});

const limitObject = z.strictObject({
  rate: key(rate(), "Requests each client may make", "10/s"),
  burst: key(
    whole(0, 1_000_000).optional(),
    "Requests beyond the rate that may come at once; when not said, one second's worth",
    20,
  ),
  by: key(
    z
      .string()
      .regex(/^(?:ip|header:[A-Za-z0-9-]{1,64})$/, { error: () => "ip, or header: and a header's name" })
      .prefault("ip"),
    "What a client is told apart by",
    "header:X-Api-Key",
  ),
});
const limit = z
  .union([rate(), limitObject], { error: () => "a rate such as 10/s, or a map with rate and burst" })
  .transform((value) => ("count" in value ? { rate: value, burst: undefined, by: "ip" } : value));

const cache = z
  .union(
    [
      z.literal("none"),
      z.literal("assets"),
      z.strictObject({
        age: key(duration(1e3, 730 * 86_400e3), "How long browsers and Cloudflare may keep answers", "1h"),
        immutable: key(yesOrNo().prefault(false), "The content under a name never changes"),
        query: key(yesOrNo().prefault(true), "Answers differ by query string"),
      }),
    ],
    { error: () => "none, assets, or a map with age" },
  )
  .transform((value) =>
    typeof value === "string" ? ({ kind: value } as const) : ({ kind: "age", ...value } as const),
  );

export const route = z.strictObject({
  host: key(name(LONGEST.host, "host"), "Entry of `hosts`", "api"),
  path: key(
    absolutePath(
      "a path that starts with /, in which * stands for any letters between two slashes, such as /api/v*/auth",
    ).prefault("/"),
    "Everything at or below this path; `*` stands for any letters between two slashes",
    "/api/v*/auth",
  ),
  exact: key(yesOrNo().prefault(false), "This path only, nothing below it"),
  methods: key(
    z
      .array(oneOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
      .min(1)
      .optional(),
    "These methods only",
    ["POST"],
  ),
  to: key(name(LONGEST.part, "part").optional(), "Part that answers", "api"),
  redirect: key(
    z.union([url(), absolutePath()], { error: () => "an address or a path" }).optional(),
    "Answer with a redirect there instead",
    "https://docs.example.com",
  ),
  strip: key(yesOrNo().prefault(false), "Take `path` off before the part sees the request"),
  limit: key(limit.optional(), "Requests each client may make; more get 429", { rate: "10/s", burst: 20 }),
  concurrent: key(whole(1, 100_000).optional(), "Requests in flight from one client; more get 429", 20),
  body: key(
    bytes(1024, 100 * 1024 ** 3, "a size from 1Ki to 100Gi").prefault("1Mi"),
    "Largest request body; larger get 413",
    "50Mi",
  ),
  timeout: key(duration(1e3, 24 * 3600e3).prefault("30s"), "Time the whole answer may take", "300s"),
  stream: key(
    yesOrNo().prefault(false),
    "Long-lived answers (WebSockets, server-sent events): no timeout while data flows",
  ),
  cache: key(
    cache.prefault("none"),
    "`assets`: files with a hash in their name for a year, pages never; or an age",
  ),
  compress: key(yesOrNo().prefault(true), "Compress answers"),
  headers: key(headerMap().prefault({}), "Response headers of this route, over those in `headers`", {
    "X-Robots-Tag": "noindex",
  }),
  access: key(
    z
      .strictObject({
        ...accessFields,
        public: key(yesOrNo().prefault(false), "Open even where `access` is not"),
      })
      .optional(),
    "Who may come in here, instead of `access`",
  ),
  probe: key(
    z.union([z.literal(false), absolutePath()], { error: () => "false, or a path" }).optional(),
    "Path asked from outside every 30 s; when not said, `path` for GET routes without *",
    "/health",
  ),
  targets: key(targetsOfRoute.optional(), "Promises of this route, over its part's and `targets`", {
    p95: "5s",
  }),
});

export const smoke = z.strictObject({
  name: key(nonEmpty("a name", 80), "What it proves", "generates a sphere"),
  host: key(name(LONGEST.host, "host"), "Entry of `hosts`", "api"),
  path: key(
    z.string().regex(/^\/\S*$/, { error: () => "a path that starts with /" }),
    "Path, with query",
    "/api/v1/generate",
  ),
  method: key(oneOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE").prefault("GET"), "Method"),
  headers: key(headerMap().prefault({}), "Request headers"),
  json: key(z.json().optional(), "Request body, sent as JSON", { shape: "sphere" }),
  status: key(whole(100, 599).prefault(200), "Status it must answer"),
  contains: key(nonEmpty("a text").optional(), "Text the answer must contain", '"rounds"'),
  within: key(duration(1, 600e3).prefault("10s"), "Time it may take"),
});
