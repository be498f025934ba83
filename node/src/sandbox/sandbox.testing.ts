import { chmod, mkdtemp } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { planOf } from "../broker/broker.testing.ts";
import type { EffectHandler, RunJob, RunLimits } from "./sandbox.ts";

export const TEST_LIMITS: RunLimits = { wallMs: 10_000, outputBytes: 1 << 20, effects: 100 };

export const never = new AbortController().signal;
export const noEffects: EffectHandler = () => Promise.reject(new TypeError("no effects here"));

/** A job for `hostile.testing.ts`: its name says what to do. */
export function hostileJob(name: string, limits: Partial<RunLimits> = {}): RunJob {
  return {
    plan: { ...planOf(), name },
    occurrence: {} as RunJob["occurrence"],
    start: {} as RunJob["start"],
    limits: { ...TEST_LIMITS, ...limits },
  };
}

/** Packs a child and what it imports into one file, as the build does. */
export async function bundle(module: URL): Promise<string> {
  // esbuild comes with tsx, which is a tool of this workspace.
  const fromTsx = createRequire(createRequire(import.meta.url).resolve("tsx"));
  const { build } = fromTsx("esbuild") as {
    build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
  };
  const outfile = join(await mkdtemp(join(tmpdir(), "deed-child-")), "child.cjs");
  await build({
    entryPoints: [fileURLToPath(module)],
    bundle: true,
    platform: "node",
    format: "cjs",
    conditions: ["source"],
    logLevel: "error",
    outfile,
  });
  // Containers of root's belong to an ordinary user, who must get at the file.
  await chmod(dirname(outfile), 0o755);
  return outfile;
}
