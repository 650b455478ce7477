// A database that is gone with its disk, and nothing beside the bucket: begun anew by what the runbook says, word by word.
import assert from "node:assert/strict";
import { parse } from "yaml";
import { run } from "../../../toolchain/lib/run";
import { describeLive } from "../../helpers/live";
import { Project } from "../../../tools/testing/project";
import { backedUp, small } from "./product";
import { Acknowledged, span, writer, writing } from "./writer";

const RPO = 60_000;

describeLive("a database that is lost with its disk", function () {
  this.timeout(900_000);
  const product = new Project("lost-test");
  const said = new Acknowledged(product);

  before(async () => {
    await product.make();
    const { postgres, parts, ...rest } = small(product.stack) as {
      postgres: { backup: object };
      parts: object;
    };
    await writing(product, said, {
      ...rest,
      parts: { ...parts, writer: writer() },
      postgres: { ...postgres, backup: { ...postgres.backup, wal: "30s" } },
    });
  });
  after(async () => {
    await said.stop();
    await product.remove();
  });

  const runbook = async () => {
    const { code, stdout, stderr } = await product.slipway(["runbook"]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  /** The fenced blocks of a language below a heading, or of the whole page. */
  const blocks = (page: string, language: string, heading?: string): string[] => {
    const from = heading === undefined ? 0 : page.indexOf(`### ${heading}\n`);
    const end = page.indexOf("\n### ", from + 1);
    const text = page.slice(from, heading === undefined || end < 0 ? undefined : end);
    return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\\n\`\`\``, "g"))].map(
      ([, inner = ""]) => inner,
    );
  };

  it("is told what to run to look at it, and all of that runs", async () => {
    const lines = blocks(await runbook(), "sh")
      .flatMap((block) => block.split("\n"))
      .map((line) => line.replace(/\s+#.*$/, ""));
    const looks = /^(?:\.\/slipway (?:backups|status|releases) |kubectl .* (?:get|describe) )/;
    const safe = [...new Set(lines)].filter((line) => looks.test(line) && !/\b[A-Z]{4,}\b/.test(line));
    assert.ok(safe.length > 5, safe.join("\n"));
    for (const line of safe) {
      const [, verb, rest = ""] = /^\.\/slipway (\S+) \S+ ?(.*)$/.exec(line) ?? [];
      const words = rest.split(" ").filter(Boolean);
      const { code, stderr } =
        verb === undefined
          ? await run("bash", ["-c", line], { allowFailure: true })
          : await product.slipway([verb, ...words]);
      assert.equal(code, 0, `${line}\n${stderr}`);
    }
  });

  it("comes back from the bucket by the lines that the runbook has for it, and little of what was written is lost", async () => {
    const [yaml = ""] = blocks(await runbook(), "yaml", "A lost cluster");
    const { restored } = (parse(yaml) as { "slipway:postgres": { restored: { name: string } } })[
      "slipway:postgres"
    ];
    const at = Date.now();
    await product.kubectl("delete", "clusters.postgresql.cnpg.io", "postgres");
    await product.until(
      async () =>
        (await product.kubectl("get", "persistentvolumeclaims", "-l", "cnpg.io/cluster", "-o=name")) === "",
    );
    const settings = product.settings() as { postgres: object };
    await product.commit({ ...settings, postgres: { ...settings.postgres, restored } });
    await product.pulumi("up", "--yes", "--skip-preview");
    await said.more(20);
    const lost = await said.lost(`${restored.name}-1`);
    const back = said.longest(at);
    process.stdout.write(
      `        writes again ${Math.round(back / 1000)} s later; lost: ${lost.length} of ${said.rows.size}, written within ${Math.round(span(lost) / 1000)} s\n`,
    );
    assert.ok(span(lost) <= RPO, `${span(lost)} ms of acknowledged writes are lost`);
    await product.unchanged();
    await backedUp(product, restored.name);
  });
});
