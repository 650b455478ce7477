/** The keeper as one file, for a ConfigMap: so that no image of ours is needed where it runs. */
import { join } from "node:path";

/**
 * Bundled while the program goes on, and only where a stack asks for it: a preview does not wait for it. The same sources
 * give the same text.
 */
export function keeper(): Promise<string> {
  return (built ??= bundled());
}
let built: Promise<string> | undefined;

async function bundled(): Promise<string> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: __dirname,
    bundle: true,
    entryPoints: [join(__dirname, "main.ts")],
    // An optional companion of pg, asked for in a try.
    external: ["pg-native"],
    format: "cjs",
    legalComments: "none",
    logLevel: "warning",
    minify: true,
    platform: "node",
    target: "node22",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
