import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  CHILD_SANDBOX_DEFAULTS,
  openBubblewrapSandbox,
  openProcessSandbox,
  openZygoteSandbox,
  runWithin,
  type Sandbox,
  type SandboxAdapter,
  SandboxChild,
  ZYGOTE_SANDBOX_DEFAULTS,
} from "@deed/node/parts";
import { build, stop } from "esbuild";
import { SECRET_VARIABLE } from "./world.ts";

/** Hostile code, packed as the build packs the node's own. */
export interface Packed {
  readonly child: string;
  readonly server: string;
  /** Makes any system call; null where there is no C compiler. */
  readonly addon: string | null;
  readonly complaint: string | null;
  remove(): Promise<void>;
}

const OUTPUT = { outputBytes: 4 << 20, frameBytes: 1 << 20 };

export async function packPayload(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), `deed-escape-${process.pid}-`));
  // Containers of root's belong to an ordinary user, who must get at the file.
  await chmod(folder, 0o755);
  await Promise.all(["child", "server"].map((name) => packOne(name, folder)));
  // Its helper process would be searched for the canary.
  await stop();
  const addon = join(folder, "attack.node");
  const complaint = await compileAddon(addon);
  return {
    child: join(folder, "child.cjs"),
    server: join(folder, "server.cjs"),
    addon: complaint === null ? addon : null,
    complaint,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function packOne(name: string, folder: string): Promise<void> {
  const isSource = import.meta.url.endsWith(".ts");
  await build({
    entryPoints: [
      fileURLToPath(new URL(`./payload/${name}.${isSource ? "ts" : "js"}`, import.meta.url)),
    ],
    outfile: join(folder, `${name}.cjs`),
    ...{ bundle: true, platform: "node", format: "cjs", logLevel: "error" },
    ...(isSource && { conditions: ["source"] }),
  });
}

interface NativeBuild {
  compile(folder: string, output: string): string;
}

/** Null, or why it is not there. */
async function compileAddon(output: string): Promise<string | null> {
  try {
    const script = createRequire(import.meta.url).resolve("@deed/zygote/build");
    const { compile } = (await import(pathToFileURL(script).href)) as NativeBuild;
    await mkdir(dirname(output), { recursive: true });
    compile(join(dirname(script), "testing"), output);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** An adapter around the hostile code, opened as a node opens it. @throws SandboxUnavailable */
export function openPlace(adapter: SandboxAdapter, packed: Packed): Promise<Sandbox> {
  const path = process.env["PATH"] ?? "";
  switch (adapter) {
    case "process":
      return openProcessSandbox({
        ...CHILD_SANDBOX_DEFAULTS,
        ...OUTPUT,
        bundlePath: packed.child,
      });
    case "bubblewrap":
      return openBubblewrapSandbox({ path, ...OUTPUT, bundlePath: packed.child });
    case "zygote":
      if (packed.addon === null) return Promise.reject(new TypeError(packed.complaint ?? ""));
      return openZygoteSandbox({
        ...ZYGOTE_SANDBOX_DEFAULTS,
        ...OUTPUT,
        bundlePath: packed.server,
      });
  }
}

/** The same for hostile code that is native: the container holds it, not Node. Null where nothing is promised of that. */
export async function openNativePlace(
  adapter: SandboxAdapter,
  { child, addon }: Packed,
): Promise<Sandbox | null> {
  if (adapter !== "bubblewrap" || addon === null) return null;
  return openBubblewrapSandbox({
    ...{ path: process.env["PATH"] ?? "", ...OUTPUT, bundlePath: child },
    moreFlags: ["--allow-addons"],
    moreFiles: [{ from: addon, to: "/attack.node" }],
  });
}

/** The hostile code in a plain process: what an attack does when nothing contains it. */
export function openNoPlace({ child, addon }: Packed): Sandbox {
  const secret = `${SECRET_VARIABLE}=${process.env[SECRET_VARIABLE]}`;
  const native = addon === null ? [] : [`DEED_ESCAPE_ADDON=${addon}`];
  const args = [secret, ...native, process.execPath, child];
  return {
    adapter: "process",
    level: "process",
    reason: "nothing contains it",
    async execute(job, broker, signal) {
      const frames = { frameBytes: 1 << 20, totalBytes: 1 << 30 };
      const run = new SandboxChild({ file: "/usr/bin/env", args }, frames);
      try {
        await run.next();
        return await runWithin(run, job, broker, signal);
      } finally {
        await run.kill();
      }
    },
    close: () => Promise.resolve(),
  };
}
