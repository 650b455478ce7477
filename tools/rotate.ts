/** `slipway rotate STACK SECRET`: a generated secret is another one from the next deploy on. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { didYouMean } from "../config/problems";
import { Failure } from "../toolchain/lib/failure";
import { folderOption } from "./lib/options";
import { settingsOf } from "./lib/doors";
import { rotated } from "./recovery/rotate";

export function register(program: Command): void {
  program
    .command("rotate <stack> [secrets...]")
    .description("marks generated secrets of a stack to be made anew by its next deploy")
    .option("--all", "every generated secret")
    .addOption(folderOption())
    .action(rotate);
}

function rotate(stack: string, names: string[], { all, cwd }: { all?: true; cwd: string }): void {
  const folder = resolve(cwd);
  const { secrets } = settingsOf(stack, folder);
  const generated = Object.entries(secrets).flatMap(([name, { kind }]) =>
    kind === "generated" ? [name] : [],
  );
  const wanted = all === true ? generated : names;
  if (wanted.length === 0) {
    throw new Failure("no secret is named", {
      details: [
        generated.length === 0 ? `${stack} generates none` : `${stack} generates ${generated.join(", ")}`,
      ],
      next: `./slipway rotate ${stack} NAME, or --all`,
    });
  }
  const problems = wanted.flatMap((name) => refusal(name, secrets[name]?.kind, Object.keys(secrets), stack));
  if (problems.length > 0) throw new Failure("these cannot be made anew here", { details: problems });
  const file = join(folder, `Pulumi.${stack}.yaml`);
  writeFileSync(file, rotated(readFileSync(file, "utf8"), wanted, new Date()));
  process.stdout.write(
    `${wanted.join(", ")}: marked in Pulumi.${stack}.yaml. Commit it, then ./slipway deploy ${stack}: each is new from then on, and the parts that read it start anew.\n`,
  );
}

function refusal(name: string, kind: string | undefined, known: readonly string[], stack: string): string[] {
  if (kind === "generated") return [];
  if (kind === "external") return [`${name} is read from a store: change it there`];
  if (kind === "given") {
    return [
      `${name} is given: pulumi config set --secret --path 'slipway:secrets["${name}"]' --stack ${stack}`,
    ];
  }
  const near = didYouMean(name, known);
  return [`${name} is no secret of ${stack}${near === undefined ? "" : `; ${near}`}`];
}
