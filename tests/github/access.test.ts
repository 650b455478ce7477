import assert from "node:assert/strict";
import { join } from "node:path";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";
import { serve, type Server } from "../tools/review/post/http";

const folder = join(checkout, ".github", "actions", "access");

describe("access by the run's own identity", () => {
  let server: Server;
  let fail = 0;
  before(async () => {
    server = await serve(({ headers, query }) => {
      if (fail-- > 0) return { status: 503 };
      if (headers.authorization !== "bearer runner-token") return { status: 401 };
      return { status: 200, body: { value: `jwt-for-${query.get("audience") ?? ""}` } };
    });
  });
  after(() => server.close());

  const token = (env: Record<string, string> = {}) =>
    run(join(folder, "token.sh"), [], {
      env: {
        ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/token?api=2`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runner-token",
        OIDC_AUDIENCE: "https://shop.example/?a b",
        ...env,
      },
      allowFailure: true,
    });

  it("is what kubectl asks a plugin for, and masked in the log", async () => {
    const { stdout, stderr } = await token();
    assert.deepEqual(JSON.parse(stdout), {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: "jwt-for-https://shop.example/?a b" },
    });
    assert.match(stderr, /::add-mask::jwt-for-/);
  });

  it("is a bare token for the clouds' SDKs, and asked for again when GitHub is busy", async () => {
    fail = 1;
    assert.equal((await token({ OIDC_FORM: "token" })).stdout, "jwt-for-https://shop.example/?a b");
  });

  it("fails without the right to it", async () => {
    assert.notEqual((await token({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: "other" })).code, 0);
  });

  it("makes a kubeconfig with the context that the stack names, and nothing secret in it", async () => {
    const env = { CONTEXT: "production", SERVER: "https://k8s.example", CA: "Q0E=", AUDIENCE: "shop" };
    const config = JSON.parse((await run("node", [join(folder, "kubeconfig.js")], { env })).stdout) as Record<
      string,
      unknown
    >;
    assert.equal(config["current-context"], "production");
    assert.deepEqual(config.clusters, [
      {
        name: "production",
        cluster: { server: "https://k8s.example", "certificate-authority-data": "Q0E=" },
      },
    ]);
    assert.match(JSON.stringify(config.users), /token\.sh.*OIDC_AUDIENCE.*shop/);
  });
});
