/**
 * A program for a product's part that has a demo image in its place: the demo's own behind the paths of the product, and
 * a front that measures. What asks with `measure` gets from the front what it sent and from where, after `wait`
 * milliseconds; all else is the demo's to answer.
 */
const text = `
const { createServer, request } = require("node:http");
const { spawn } = require("node:child_process");
const port = Number(process.argv[1]);
const inner = port + 10000;
const JWT_SECRET = process.env.JWT_SECRET ?? process.env.SECRET_KEY;
const env = { ...process.env, PORT: String(inner), ...(JWT_SECRET ? { JWT_SECRET } : {}) };
const own = spawn(process.execPath, ["main.js"], { env, stdio: "inherit" });
own.on("exit", (code) => process.exit(code ?? 1));
process.on("SIGTERM", () => own.kill("SIGTERM"));

const mine = (path) =>
  path.replace(/^\\/api(\\/v\\d+)?(?=[/?]|$)/, "").replace(/^\\/uploads(?=[/?]|$)/, "/upload") || "/";

async function measure(asked, answer, query) {
  let bytes = 0;
  for await (const chunk of asked) bytes += chunk.length;
  await new Promise((done) => setTimeout(done, Number(query.get("wait") ?? 0)));
  answer.writeHead(200, { "content-type": "application/json" });
  answer.end(JSON.stringify({ address: asked.headers["x-real-ip"], bytes }));
}

createServer({ keepAliveTimeout: 95000, requestTimeout: 0 }, (asked, answer) => {
  const query = new URL(asked.url, "http://here").searchParams;
  if (query.has("measure")) return void measure(asked, answer, query).catch(() => answer.destroy());
  const { headers, method } = asked;
  const passed = request({ headers, host: "127.0.0.1", method, path: mine(asked.url), port: inner }, (said) => {
    answer.writeHead(said.statusCode, said.headers);
    said.pipe(answer);
  });
  passed.on("error", () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
  asked.pipe(passed);
}).listen(port, "::");
`;

export const front = (port: number): string[] => ["node", "-e", text.trim(), String(port)];
