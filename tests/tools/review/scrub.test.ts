import assert from "node:assert/strict";
import fc from "fast-check";
import { hides, scrubber, secretsIn, withoutHashEnd } from "../../../tools/review/scrub";

describe("the scrubber", () => {
  it("removes a known secret in every form it takes, wherever it stands", () => {
    const secret = fc
      .string({ minLength: 6, maxLength: 30 })
      .filter((text) => text.trim().length >= 6 && !/^\d+$/.test(text.trim()));
    fc.assert(
      fc.property(
        secret,
        fc.string({ maxLength: 10 }),
        fc.string({ maxLength: 10 }),
        (known, left, right) => {
          const scrub = scrubber([known]);
          for (const form of [
            known,
            Buffer.from(known).toString("base64"),
            encodeURIComponent(known),
            JSON.stringify(known).slice(1, -1),
          ]) {
            assert.ok(!scrub(`${left}${form}${right}`).includes(form) || "[secret]".includes(form), form);
          }
        },
      ),
    );
  });

  it("removes the longer of two secrets whole", () => {
    assert.equal(scrubber(["hunter", "hunter-two"])("x hunter-two y hunter"), "x [secret] y [secret]");
  });

  it("removes each line of a secret of several", () => {
    const key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----";
    assert.equal(scrubber([key])("said: hkiG9w0BAQEFAASC"), "said: [secret]");
  });

  it("removes what looks like a credential, whoever it belongs to", () => {
    const scrub = scrubber([]);
    for (const [text, expected] of [
      ["postgres://app:hunter2@db:5432/x", "postgres://app:[secret]@db:5432/x"],
      ["token ghp_0123456789abcdefghijABCDEFGHIJ012345", "token [secret]"],
      ["Authorization: Bearer abc.def-ghi", "Authorization: Bearer [secret]"],
      ['{"password":"hunter2"}', '{"password":"[secret]"}'],
      ["PASSWORD=hunter2;x=1", "PASSWORD=[secret];x=1"],
      ["AKIAIOSFODNN7EXAMPLE", "[secret]"],
      ["-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "[secret]"],
      ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghij", "[secret]"],
    ] as const) {
      assert.equal(scrub(text), expected);
    }
  });

  it("leaves alone what is no secret", () => {
    const scrub = scrubber(["true", "5432", "abc", "postgres"], new Set(["postgres"]));
    const text = "postgres on 5432 is true: abc https://example.com/a:b secretName: x token-bucket";
    assert.equal(scrub(text), text);
  });
});

describe("what is never shown", () => {
  for (const [type, path, value, expected] of [
    ["kubernetes:core/v1:Secret", "stringData.username", "shop", "secret"],
    ["kubernetes:core/v1:Secret", "data.tls.key", "QUJD", "secret"],
    ["kubernetes:core/v1:Secret", "metadata.name", "x", undefined],
    [
      "kubernetes:apps/v1:Deployment",
      "spec.template.spec.containers[api].env[JWT_SECRET].value",
      "x",
      "secret",
    ],
    [
      "kubernetes:apps/v1:Deployment",
      "spec.template.spec.containers[api].env[LOG_LEVEL].value",
      "x",
      undefined,
    ],
    ["kubernetes:apps/v1:Deployment", "spec.template.metadata.annotations.checksum/secret", "ab", "hash"],
    ["kubernetes:apps/v1:Deployment", "spec.x", "a".repeat(64), "hash"],
    ["kubernetes:apps/v1:Deployment", "spec.image", `ghcr.io/a/b:1@sha256:${"a".repeat(64)}`, undefined],
    ["cloudflare:index/apiToken:ApiToken", "clientSecret", "x", "secret"],
    ["random:index/randomPassword:RandomPassword", "length", 32, undefined],
    [
      "kubernetes:external-secrets.io/v1:ExternalSecret",
      "spec.data[0].secretKey",
      "SLACK_WEBHOOK_URL",
      undefined,
    ],
  ] as const) {
    it(`${path} of ${type}: ${expected ?? "may be shown"}`, () =>
      assert.equal(hides(type, path, value), expected));
  }

  it("is the hash at the end of a Secret's name", () => {
    assert.equal(withoutHashEnd("api-env-3f2a91c4"), "api-env-[hash]");
    assert.equal(withoutHashEnd("api-facade"), "api-facade");
  });

  it("is read from a state with open secrets, at every depth", () => {
    const open = (plaintext: string) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext,
    });
    const state = {
      resources: [
        { outputs: { a: open('"one"'), b: [{ c: open('{"d":"two","e":["three"]}') }] } },
        { x: open("raw") },
      ],
    };
    assert.deepEqual(secretsIn(state), ["one", "two", "three", "raw"]);
  });
});
