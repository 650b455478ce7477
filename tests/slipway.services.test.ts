/**
 * The bootstrap and the first things after it on machines that lack something, the lack being real: a network namespace
 * without a network, a disk of a few megabytes, no Go, a user who is not root.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { goWanted } from "../toolchain/go";
import { checkout } from "../toolchain/lib/paths";
import {
  namespacesMissing,
  node,
  slipway,
  start,
  without,
  type Answer,
  type Environment,
} from "./helpers/lacking";
import { link } from "./helpers/bare-path";
import { describeWith } from "./helpers/services";

describeWith(namespacesMissing(), "a machine that really lacks something", function () {
  this.timeout(120_000);
  let home: string;
  let bin: string;
  let cache: string;
  let downloads: string; // pip's, so that Go is downloaded once

  before(() => (downloads = mkdtempSync(join(tmpdir(), "slipway-lack-pip-"))));
  after(() => rmSync(downloads, { recursive: true, force: true }));
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "slipway-lack-"));
    bin = join(home, "bin");
    cache = join(home, "cache");
    for (const folder of [bin, cache]) mkdirSync(folder);
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const run = (words: string[], env: Environment = {}) =>
    start(words, {
      PATH: [bin, process.env.PATH].join(delimiter),
      HOME: home,
      SLIPWAY_CACHE: cache,
      PIP_CACHE_DIR: downloads,
      SLIPWAY_STATE: join(home, "state"),
      ...env,
    });

  const sentence = ({ code, stderr }: Answer, ...wanted: RegExp[]) => {
    assert.equal(code, 1, stderr);
    for (const each of wanted) assert.match(stderr, each);
    assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+/m, "a stack trace is no sentence");
  };

  describe("./slipway", () => {
    let copy: string;

    beforeEach(() => {
      copy = join(home, "checkout");
      mkdirSync(join(copy, "tools"), { recursive: true });
      cpSync(join(checkout, "slipway"), join(copy, "slipway"));
      writeFileSync(join(copy, "tools/main.ts"), "console.log('handed over');");
      const { packages } = JSON.parse(readFileSync(join(checkout, "package-lock.json"), "utf8")) as {
        packages: Record<string, { version: string }>;
      };
      const name = "typescript"; // 20 MB: more than the small disk has
      const wanted = packages[`node_modules/${name}`];
      assert.ok(wanted);
      const about = { name: "copy", version: "1.0.0", dependencies: { [name]: wanted.version } };
      writeFileSync(join(copy, "package.json"), JSON.stringify(about));
      writeFileSync(
        join(copy, "package-lock.json"),
        JSON.stringify({
          ...about,
          lockfileVersion: 3,
          packages: { "": about, [`node_modules/${name}`]: wanted },
        }),
      );
    });

    /** npm's own program on this Node, where PATH has no `node` that is new enough. */
    function onlyNpm(): string {
      const npm = execFileSync("sh", ["-c", 'readlink -f "$(command -v npm)"'], { encoding: "utf8" }).trim();
      writeFileSync(join(bin, "npm"), `#!/bin/sh\nexec ${process.execPath} ${npm} "$@"\n`, { mode: 0o755 });
      link(bin);
      link(bin, ["unshare", "mount"]);
      return bin;
    }

    it("says so where there is no Node and no network", async () => {
      const answer = await run([...without.network, join(copy, "slipway")], { PATH: onlyNpm() });
      sentence(
        answer,
        /Node \S+ could not be fetched/,
        /npm said: .*(EAI_AGAIN|ENOTFOUND|ENETUNREACH|ECONNREFUSED)/,
        /Check the network/,
      );
    });

    it("says so where there is no network to install the dependencies from", async () => {
      const answer = await run([...without.network, join(copy, "slipway")]);
      sentence(answer, /dependencies could not be installed/, /The log: \S+npm-ci\.log/, /Check the network/);
    });

    it("says so where the disk has no room for a Node, and leaves none that is half", async () => {
      const small = without.disk(cache, 16);
      const answer = await run(
        [...small, "sh", "-c", `"$1"; code=$?; ls ${cache} >&2; exit $code`, "sh", join(copy, "slipway")],
        {
          PATH: `${onlyNpm()}${delimiter}/bin`,
        },
      );
      sentence(answer, /Node \S+ could not be fetched/, /npm said: .*ENOSPC/, /free disk space/);
      assert.doesNotMatch(answer.stderr, /^node$/m);
    });

    it("says so where the checkout's disk has no room for the dependencies", async () => {
      const node = join(copy, "node_modules");
      mkdirSync(node);
      const answer = await run([...without.disk(node, 4), join(copy, "slipway")]);
      sentence(
        answer,
        /dependencies could not be installed/,
        /Free disk space: .* 0 MB for \S+node_modules\./,
      );
    });
  });

  describe("the slipway command", () => {
    const go = node(
      "-e",
      `
      const { go } = require(${JSON.stringify(join(checkout, "toolchain/go"))});
      go({ note() {} }).then(
        (found) => console.log(found),
        (error) => { console.error(error.format()); process.exitCode = 1; });`,
    );

    // The first on PATH; where Go's own installer and Debian put theirs is hidden besides.
    beforeEach(() => writeFileSync(join(bin, "go"), "#!/bin/sh\necho go1.19\n", { mode: 0o755 }));

    it("fetches a Go where there is none, or an old one, once", async () => {
      const first = await run([...without.go, ...go]);
      assert.equal(first.code, 0, first.stderr);
      assert.ok(first.stdout.startsWith(join(cache, "artefacts", "go-")), first.stdout);
      const version = execFileSync(first.stdout.trim(), ["env", "GOVERSION"], { encoding: "utf8" });
      assert.ok(version.startsWith(`go${goWanted.join(".")}.`), version);
      const second = await run([...without.network, ...without.go, ...go]);
      assert.deepEqual([second.code, second.stdout], [0, first.stdout], second.stderr);
    });

    it("says so where there is no Go and no network", async () => {
      const answer = await run([...without.network, ...without.go, ...go]);
      sentence(answer, /Go 1\.\d+ or newer was not found, and could not be fetched/, /next: install Go/);
    });

    it("says so where there is no Go and no room for one", async () => {
      const answer = await run([...without.disk(cache, 40), ...without.go, ...go]);
      sentence(answer, /could not be fetched/, /No space left on device/);
    });

    it("says that the disk is full, wherever that shows", async () => {
      const state = join(home, "state");
      mkdirSync(state);
      const answer = await run([...without.inodes(state), ...slipway("doctor")], {
        SLIPWAY_STATE: join(state, "slipway"),
      });
      sentence(answer, /no space is left on the disk of \S+state/, /SLIPWAY_STATE/);
    });

    it("says who may bring up a cluster to a user who is not root", async () => {
      const answer = await run([...without.root, ...slipway("cluster", "up")]);
      sentence(answer, /the embedded cluster needs root/, /next: use a cluster of your own instead/);
    });

    it("says what is wrong with a machine to a user who is not root, each with what to do", async () => {
      const { stdout } = await run([...without.root, ...slipway("doctor", "--json")], {
        SLIPWAY_OFFLINE: "1",
      });
      const findings = JSON.parse(stdout) as { what: string; found: string; next?: string }[];
      const packages = findings.find(({ what }) => what === "system packages");
      assert.match(packages?.found ?? "", /only root may install packages/);
      assert.match(packages?.next ?? "", /--context NAME/);
    });
  });
});
