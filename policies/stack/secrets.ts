/** Secrets that the stack makes or is given turn up nowhere else in clear. */
import { nsa, pages } from "../frameworks";
import { secret } from "../kinds";
import { stackRule } from "../rule";
import { secretName, secretText } from "../rules/secrets/patterns";
import type { Resource, Stack } from "../resource";
import { isObject, isUnknown, texts, type Json } from "../unknown";

/** Shorter texts are found by chance. */
const shortest = 8;
const named = new RegExp(secretName);
const password = /:\/\/[^/@:\s]*:([^/@\s]+)@/;

/** Values that must stay secret: what random providers made, and what Secrets hold under names for secrets. */
function* values(stack: Stack): Generator<string> {
  for (const resource of stack.resources) {
    if (/^random:index\/random(Password|Bytes):/.test(resource.type)) {
      for (const key of ["result", "base64", "hex"]) yield* known(resource.raw[key]);
    } else if (resource.type.startsWith("tls:index/privateKey:")) {
      yield* known(resource.raw.privateKeyPem);
    } else if (resource.is(secret)) {
      yield* entries(resource.raw.stringData, (text) => text);
      yield* entries(resource.raw.data, (text) => Buffer.from(text, "base64").toString());
    }
  }
}

function* entries(data: unknown, read: (text: string) => string): Generator<string> {
  for (const [key, value] of Object.entries(isObject(data) ? data : {})) {
    for (const text of known(value)) {
      const clear = read(text);
      const inner = password.exec(clear)?.[1];
      if (inner !== undefined) yield inner;
      else if (named.test(key.toUpperCase())) yield clear;
    }
  }
}

function* known(value: unknown): Generator<string> {
  if (typeof value === "string" && !isUnknown(value)) yield value;
}

export const notElsewhere = stackRule({
  name: "secrets-turn-up-nowhere-else",
  title: "The value of a secret is in no other object of the stack.",
  severity: "critical",
  frameworks: [nsa("Protecting sensitive information")],
  check: (stack, report) => {
    const secrets = [...new Set(values(stack))].filter((value) => value.length >= shortest);
    if (secrets.length === 0) return;
    for (const resource of stack.resources) {
      if (!resource.isObject || resource.is(secret)) continue;
      for (const path of leaks(resource.raw, secrets)) {
        report(resource, {
          property: path,
          found: "the value of a secret (not shown)",
          wanted: "a reference to the Secret",
          message: "a secret stands here in clear",
        });
      }
    }
  },
  fix: "Refer to the Secret by name (valueFrom.secretKeyRef, or a mounted file).",
  url: pages.secrets,
});

function leaks(value: Json, secrets: readonly string[]): string[] {
  return [...texts(value)]
    .filter(({ text }) => secrets.some((one) => text.includes(one)))
    .map(({ path }) => path);
}

const lookingSecret = new RegExp(secretText);

export const outputs = stackRule({
  name: "outputs-hold-no-secrets",
  title: "A stack's outputs show no secret in clear.",
  severity: "critical",
  check: (stack, report) => {
    const secrets = [...new Set(values(stack))].filter((value) => value.length >= shortest);
    for (const resource of stack.resources.filter(isStack)) {
      const marked = resource.secrets ?? [];
      for (const { path, text } of texts(resource.raw)) {
        const isMarked = marked.some(
          (place) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`),
        );
        if (isMarked || !(lookingSecret.test(text) || secrets.some((one) => text.includes(one)))) continue;
        report(resource, {
          property: path,
          found: "the value of a secret (not shown)",
          wanted: "a secret output",
          message: "the output shows a secret to whoever may see the stack",
        });
      }
    }
  },
  fix: "Wrap the output in pulumi.secret(), or do not output it.",
  url: pages.pulumiSecrets,
});

const isStack = (resource: Resource) => resource.type === "pulumi:pulumi:Stack";
