import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mustRun } from "../../must-run.testing.ts";
import { bundle } from "../sandbox.testing.ts";
import { type ForkServerOptions, startForkServer } from "./fork-server.ts";
import { ZYGOTE_SANDBOX_DEFAULTS } from "./open-zygote.ts";

const NATIVE = fileURLToPath(new URL("../../../../native/zygote/", import.meta.url));

/** What the tests of the fork server need, or why this system cannot. */
export type ZygoteTools =
  | { readonly kind: "ready"; readonly addonPath: string; readonly hostilePath: string }
  | { readonly kind: "missing"; readonly reason: string };

interface Compiler {
  compile(folder: string, output: string): string;
}

/** Compiles a folder of `native/zygote`. @throws Error With what the compiler said */
async function compileNative(folder: string, output: string): Promise<void> {
  const { compile } = (await import(join(NATIVE, "build.js"))) as Compiler;
  compile(join(NATIVE, folder), output);
}

/** Packs a server, and compiles the addon beside it as `zygote.node`. */
export async function packServer(module: URL): Promise<string> {
  const path = await bundle(module);
  await compileNative("src", join(dirname(path), "zygote.node"));
  return path;
}

/**
 * Packs the server of `hostile.testing.ts` with the addon for attacks, and starts it once.
 * @throws Error Where CI is set and it cannot: there its absence is a failure and no skip.
 */
export async function zygoteTools(): Promise<ZygoteTools> {
  if (process.platform !== "linux")
    return { kind: "missing", reason: "the fork server is for Linux" };
  try {
    const hostilePath = await packServer(new URL("./hostile.testing.ts", import.meta.url));
    const addonPath = join(dirname(hostilePath), "zygote.node");
    await compileNative("testing", join(dirname(hostilePath), "attack.node"));
    await (await startForkServer(serverOptions({ addonPath, bundlePath: hostilePath }))).close();
    return { kind: "ready", addonPath, hostilePath };
  } catch (error) {
    if (mustRun(false)) throw error;
    return { kind: "missing", reason: error instanceof Error ? error.message : "" };
  }
}

export function serverOptions(
  fields: Partial<ForkServerOptions> & Pick<ForkServerOptions, "addonPath" | "bundlePath">,
): ForkServerOptions {
  const { frameBytes, outputBytes, memoryMb, queueBytes, runs, uid } = ZYGOTE_SANDBOX_DEFAULTS;
  return {
    ...{ ownNetwork: true, jitless: true, runs, uid, heapMb: memoryMb, queueBytes },
    frames: { frameBytes, totalBytes: outputBytes },
    ...fields,
  };
}

/** Processes that descend from one, zombies left out. */
export function descendants(pid: number): number[] {
  const parents = new Map(allProcesses().map((each) => [each.pid, each.parent]));
  const isBelow = (child: number): boolean => {
    const parent = parents.get(child);
    return parent !== undefined && (parent === pid || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

/** Whether a process lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  return allProcesses().some((each) => each.pid === pid);
}

interface Process {
  readonly pid: number;
  readonly parent: number;
}

function allProcesses(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = tryRead(`/proc/${name}/stat`);
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === undefined || state === "" || state === "Z"
        ? []
        : [{ pid: Number(name), parent: Number(parent) }];
    });
}

function tryRead(path: string): string {
  try {
    return existsSync(path) ? readFileSync(path, "latin1") : "";
  } catch {
    return "";
  }
}

/** How often a text stands in the memory that a process can read. */
export function findings(pid: number, text: string): number {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const found = readFileSync(`/proc/${pid}/maps`, "utf8")
    .split("\n")
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line))
    .filter((range) => range !== null)
    .map(([, from, to]) => countIn(memory, BigInt(`0x${from}`), BigInt(`0x${to}`), text));
  closeSync(memory);
  return found.reduce((sum, count) => sum + count, 0);
}

function countIn(memory: number, from: bigint, to: bigint, text: string): number {
  const window = Buffer.alloc(1 << 20);
  let count = 0;
  // Windows overlap, so that none cuts a find in two; one found twice is found.
  for (let at = from; at < to; at += BigInt(window.length - text.length)) {
    const wanted = Math.min(window.length, Number(to - at));
    const got = tryReadAt(memory, window, wanted, at);
    const seen = window.subarray(0, got);
    for (let place = seen.indexOf(text); place >= 0; place = seen.indexOf(text, place + 1))
      count += 1;
  }
  return count;
}

/** Reserved addresses without memory cannot be read. */
function tryReadAt(memory: number, window: Buffer, wanted: number, at: bigint): number {
  try {
    return readSync(memory, window, 0, wanted, at);
  } catch {
    return 0;
  }
}
