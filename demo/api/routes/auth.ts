/** Signing up and in, and who is asking. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { hashPassword, verifyPassword } from "../passwords";
import { parse, Refusal } from "../refusal";
import type { Services } from "../services";

const signUp = z.object({
  email: z.email("must be an e-mail address").max(254),
  password: z.string().min(10, "must have at least 10 characters").max(200),
});
const signIn = z.object({ email: z.string(), password: z.string().max(200) });

export function authRoutes(app: FastifyInstance, services: Services): void {
  const { database, tokens } = services;

  app.post("/auth/signup", async (request, reply) => {
    const { email, password } = parse(signUp, request.body);
    const id = randomUUID();
    // With an id of our own the statement may be repeated across a failover: a repetition finds its own row.
    await database.query(
      `INSERT INTO users (id, email, password_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
      [id, email, await hashPassword(password)],
    );
    const [user] = await database.query<{ id: string }>(
      `SELECT id FROM users WHERE lower(email) = lower($1)`,
      [email],
    );
    if (user?.id !== id) throw new Refusal(409, "This e-mail address is taken. Sign in instead.");
    return reply.code(201).send({ token: await tokens.issue(id), email });
  });

  app.post("/auth/login", async (request) => {
    const { email, password } = parse(signIn, request.body);
    const [user] = await database.query<{ id: string; email: string; password_hash: string }>(
      `SELECT id, email, password_hash FROM users WHERE lower(email) = lower($1)`,
      [email],
    );
    const right = await verifyPassword(password, user?.password_hash);
    if (!user || !right) throw new Refusal(401, "E-mail address or password is wrong.");
    return { token: await tokens.issue(user.id), email: user.email };
  });

  app.get("/me", async (request) => {
    const userId = await userOf(request, services);
    const [user] = await database.query(
      `SELECT email, jobs_done::int AS "jobsDone", created_at AS "createdAt" FROM users WHERE id = $1`,
      [userId],
    );
    if (!user) throw new Refusal(401, "This account is gone. Sign up again.");
    return user;
  });
}

/** Who is asking, by the bearer token. */
export async function userOf(request: FastifyRequest, { tokens }: Services): Promise<string> {
  const [scheme, token] = (request.headers.authorization ?? "").split(" ");
  const userId = scheme?.toLowerCase() === "bearer" && token ? await tokens.verify(token) : undefined;
  if (userId === undefined) throw new Refusal(401, "Sign in first: this needs a valid token.");
  return userId;
}
