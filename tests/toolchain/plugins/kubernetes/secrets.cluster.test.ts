/** Secrets: on the cluster in the clear, everywhere else not. */
import assert from "node:assert/strict";
import { eachWithStack, inside, kubeconfig } from "./harness";

const password = "hunter2-correct-horse";
const encoded = Buffer.from(password).toString("base64");

describe("a secret in a kubernetes resource", function () {
  this.timeout(120_000);
  const stack = eachWithStack();

  async function nowhereInClear(outputs: string[]): Promise<void> {
    const state = await stack().exported();
    for (const [index, text] of [...outputs, state].entries()) {
      assert.ok(
        !text.includes(password) && !text.includes(encoded),
        `text ${index} holds the secret: ${text}`,
      );
    }
  }

  it("is encrypted in the state as stringData, as data, and where it is used", async () => {
    stack().write(
      `const password = pulumi.secret(${JSON.stringify(password)});
       new k8s.core.v1.Secret("given", { metadata: { namespace: ns, name: "given" }, stringData: { password: ${JSON.stringify(password)} } }, opts);
       new k8s.core.v1.Secret("data", { metadata: { namespace: ns, name: "data" }, data: { password: "${encoded}" } }, opts);
       new k8s.core.v1.ConfigMap("used", { metadata: { namespace: ns, name: "used" }, data: { password, open: "yes" } }, opts);
       exports.known = new k8s.core.v1.Secret("again", { metadata: { namespace: ns, name: "again" }, stringData: { password } }, opts).data;`,
    );
    const { stdout, stderr } = await stack().up();
    const live = await stack().live("secret", "given");
    assert.equal(inside(live, "data", "password"), encoded);
    assert.equal(inside(live, "metadata", "annotations"), undefined, "no copy of it in an annotation");
    const used = await stack().only("ConfigMap");
    assert.equal(inside(used.outputs, "data", "open"), "yes", "what is open stays readable");
    const again = await stack().pulumi(["refresh", "--yes", "--skip-preview"]);
    const diff = await stack().pulumi(["preview", "--diff"]);
    await nowhereInClear([stdout, stderr, again.stdout, diff.stdout]);
    assert.deepEqual(await stack().preview(), []);
  });

  it("is not quoted by the server's errors", async () => {
    stack().write(
      `new k8s.core.v1.ConfigMap("bad", { metadata: { namespace: ns, name: "bad",
         labels: { password: pulumi.secret(${JSON.stringify(`${password} is no label`)}) } } }, opts);`,
    );
    const { code, stdout, stderr } = await stack().up({ allowFailure: true });
    assert.notEqual(code, 0);
    assert.match(stdout, /Invalid value: "?\[secret\]/);
    await nowhereInClear([stdout, stderr]);
  });

  it("is replaced when it changes, and shown as changed only", async () => {
    const secret = (text: string) =>
      `new k8s.core.v1.Secret("it", { metadata: { namespace: ns }, stringData: { password: ${JSON.stringify(text)} } }, opts);`;
    stack().write(secret("something else"));
    await stack().up();
    stack().write(secret(password));
    const [step] = (await stack().preview()).filter((each) => each.replaceReasons !== undefined);
    assert.deepEqual(step?.replaceReasons, ["stringData.password"]);
    const shown = await stack().pulumi(["preview", "--diff"]);
    const { stdout } = await stack().up();
    await nowhereInClear([stdout, shown.stdout]);
  });

  it("is encrypted after an import", async () => {
    const { namespace } = stack();
    await stack().kubectl([
      "create",
      "secret",
      "generic",
      "mine",
      "-n",
      namespace,
      `--from-literal=password=${password}`,
    ]);
    stack().write(
      `new k8s.core.v1.Secret("mine", { metadata: { namespace: ns, name: "mine" }, type: "Opaque", data: { password: "${encoded}" } },
         { ...opts, import: "${namespace}/mine" });`,
      { kubeconfig },
    );
    const { stdout } = await stack().up();
    await nowhereInClear([stdout]);
  });
});
