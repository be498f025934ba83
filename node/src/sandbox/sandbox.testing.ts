import { mkdtemp } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunLimits } from "./sandbox.ts";

export const TEST_LIMITS: RunLimits = { wallMs: 10_000, outputBytes: 1 << 20, effects: 100 };

/**
 * Packs a child and what it imports into one file, so that it can run under Node's permission model
 * from sources too.
 */
export async function bundle(module: URL): Promise<string> {
  // esbuild comes with tsx, which is a tool of this workspace.
  const fromTsx = createRequire(createRequire(import.meta.url).resolve("tsx"));
  const { build } = fromTsx("esbuild") as {
    build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
  };
  const outfile = join(await mkdtemp(join(tmpdir(), "deed-child-")), "child.mjs");
  await build({
    entryPoints: [fileURLToPath(module)],
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["source"],
    outfile,
  });
  return outfile;
}
