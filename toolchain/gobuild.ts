/** Recipes of Go programs: a module of ours under toolchain/, built read-only from its committed go.sum. */
import { join } from "node:path";
import { treeInputs, withLock, type Recipe } from "./cache";
import { go } from "./go";
import { checkout } from "./lib/paths";
import { run } from "./lib/run";

export interface GoProgram {
  name: string;
  version: string;
  /** The folder of the module, below toolchain/. */
  module: string;
  /** What to build, as `go build` takes it. */
  package: string;
  /** The executable's name. */
  output: string;
  ldflags?: string[];
  tags?: string[];
  env?: Record<string, string>;
  /** The package's tests as a program, as `go test -c` makes it. */
  tests?: boolean;
  /** Which files of the module the result depends on; all of them when not given. */
  sources?: (path: string) => boolean;
}

export function goRecipe(program: GoProgram): Recipe {
  const folder = join(checkout, "toolchain", program.module);
  const flags = [
    "-trimpath",
    "-buildvcs=false",
    "-mod=readonly",
    "-ldflags",
    ["-s", "-w", ...(program.ldflags ?? [])].join(" "),
  ];
  if (program.tags) flags.push("-tags", program.tags.join(","));
  const sources =
    program.sources ??
    ((path: string) => /(\.go|go\.mod|go\.sum|\.s|\.c|\.h)$/.test(path) && !path.endsWith("_test.go"));
  const verb = program.tests === true ? ["test", "-c", "-vet=off"] : ["build"];
  const env = { CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off", ...program.env };
  return {
    name: program.name,
    version: program.version,
    inputs: [
      ...(program.tests === true ? verb : []),
      program.package,
      program.output,
      ...flags,
      JSON.stringify(env),
      ...treeInputs(folder, sources),
    ],
    build: async (into, step, log) => {
      const command = await go(step);
      // Two compilations at once on a small machine take longer than one after the other.
      await withLock("go-build", step, () =>
        run(command, [...verb, ...flags, "-o", join(into, program.output), program.package], {
          cwd: folder,
          env,
          log,
        }),
      );
    },
  };
}
