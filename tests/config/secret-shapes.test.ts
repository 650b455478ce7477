import assert from "node:assert/strict";
import { shapeOfSecret, soundsSecret } from "../../config/secret-shapes";

describe("secrets in clear", () => {
  it("are told by the name they are given", () => {
    for (const name of [
      "DB_PASSWORD",
      "JWT_SECRET",
      "API_KEY",
      "STRIPE_SECRET_KEY",
      "GITHUB_TOKEN",
      "password",
      "AWS_CREDENTIALS",
    ]) {
      assert.ok(soundsSecret(name), name);
    }
  });

  it("are not seen in names that only talk of secrets", () => {
    const harmless = [
      "JWT_EXPIRES_IN",
      "REFRESH_TOKEN_EXPIRES_IN",
      "TOKEN_ISSUER",
      "KEYCLOAK_HOST",
      "VITE_SUPABASE_ANON_KEY",
      "STRIPE_PUBLISHABLE_KEY",
      "MONKEY",
      "LOG_LEVEL",
    ];
    for (const name of harmless) assert.ok(!soundsSecret(name), name);
  });

  it("are told by their shape, which is all that is said of them", () => {
    const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ";
    const shapes: [string, string][] = [
      [`ghp_${letters}`, "a GitHub token"],
      [`glpat-${letters}`, "a GitLab token"],
      ["xoxb-1234567890-abcdef", "a Slack token"],
      [`sk_live_${letters}`, "a Stripe secret key"],
      [`sk-ant-${letters}`, "an OpenAI or Anthropic key"],
      [`npm_${letters}`, "an npm token"],
      ["redis://:hunter2@cache:6379", "an address with a password in it"],
      ["-----BEGIN PRIVATE KEY-----", "a private key"],
    ];
    for (const [value, shape] of shapes) assert.equal(shapeOfSecret(value), shape);
  });

  it("are not seen in what only looks like an address", () => {
    for (const value of [
      "https://example.com:8443/a@b",
      "redis://cache:6379",
      "postgres://$USER:$PASSWORD@db/shop",
      "postgres://<user>:<password>@db",
      "user@example.com",
      "sk-short",
    ]) {
      assert.equal(shapeOfSecret(value), undefined, value);
    }
  });
});
