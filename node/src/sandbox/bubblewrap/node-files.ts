import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { promisify } from "node:util";
import { findTool } from "../launcher.ts";
import { SandboxUnavailable } from "../sandbox-unavailable.ts";

/** A file of the host that a container sees, read-only. */
export interface Bind {
  readonly from: string;
  readonly to: string;
}

/** Node and the libraries that it cannot start without. */
export interface NodeFiles {
  /** Where Node is inside. */
  readonly node: string;
  readonly binds: readonly Bind[];
}

const TOOL_TIMEOUT_MS = 5_000;
const SYSTEM_LIBRARY = /^\/(?:usr\/)?lib(?:32|64|x32)?\//;

/** Asks the loader what the running Node is made of. @throws SandboxUnavailable */
export async function nodeFiles(execPath: string = process.execPath): Promise<NodeFiles> {
  const from = realpathSync(execPath);
  const libraries = await librariesOf(from);
  // Libraries beside Node are found by its place; else the place would tell something about the host.
  const node = libraries.every((path) => SYSTEM_LIBRARY.test(path)) ? "/node" : from;
  const binds = libraries.map((to) => ({ from: realpathSync(to), to }));
  return { node, binds: [{ from, to: node }, ...binds] };
}

async function librariesOf(program: string): Promise<readonly string[]> {
  const ldd = findTool("ldd");
  if (ldd === null) {
    throw new SandboxUnavailable({ code: "TOOL_MISSING", tool: "ldd", debianPackage: "libc-bin" });
  }
  try {
    const wishes = { env: { LC_ALL: "C" }, timeout: TOOL_TIMEOUT_MS };
    const { stdout } = await promisify(execFile)(ldd, [program], wishes);
    return [...new Set(stdout.split("\n").flatMap(pathOf))];
  } catch (cause) {
    // It says so of a program that needs none.
    if (String((cause as { stderr?: unknown }).stderr).includes("not a dynamic")) return [];
    throw new SandboxUnavailable({ code: "SELF_TEST_FAILED", detail: "ldd of node" }, { cause });
  }
}

/** `name => /path (address)` or `/path (address)`; the kernel's own library has no path. */
function pathOf(line: string): readonly string[] {
  const path = /(?:=> |^\s*)(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1];
  return path === undefined ? [] : [path];
}
