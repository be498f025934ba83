import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { promisify } from "node:util";
import { type ChildLimits, limitArgs } from "./limit-args.ts";

const TOOL_FOLDERS = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
const TOOL_TIMEOUT_MS = 5_000;

/** What of the lock-down this system has. Each was tried, not looked up. */
export interface Lockdown {
  /** Path of `unshare`, when it gives an empty network namespace. */
  readonly unshare: string | null;
  /** Path of `setpriv`, when it can drop capabilities and ask for the child's death with its parent's. */
  readonly setpriv: string | null;
  /** Path of `prlimit`. */
  readonly prlimit: string | null;
  /** Node's flag for its permission model. */
  readonly permissionFlag: "--permission" | "--experimental-permission" | null;
}

/** A program and its arguments; never a shell line. */
export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  /** Descriptors after the broker's. */
  readonly extraPipes?: number;
}

const SETPRIV_ARGS = [
  "--pdeathsig",
  "KILL",
  "--no-new-privs",
  "--inh-caps=-all",
  "--bounding-set=-all",
];

/** Tries each tool once. */
export async function detectLockdown(): Promise<Lockdown> {
  const [unshare, setpriv, prlimit] = await Promise.all([
    tryTool("unshare", ["-rn"]),
    // Dropping capabilities needs the rights that the new user namespace gives.
    tryTool("unshare", ["-rn", findTool("setpriv") ?? "/nonexistent", ...SETPRIV_ARGS]).then(
      (found) => (found === null ? null : findTool("setpriv")),
    ),
    tryTool("prlimit", ["--core=0", "--"]),
  ]);
  return { unshare, setpriv, prlimit, permissionFlag: permissionFlag() };
}

/** What of the lock-down this system lacks, for people. */
export function missingFrom(lockdown: Lockdown): readonly string[] {
  const parts: readonly (readonly [string | null, string])[] = [
    [lockdown.unshare, "an empty network namespace"],
    [lockdown.setpriv, "the drop of capabilities"],
    [lockdown.prlimit, "resource limits"],
    [lockdown.permissionFlag, "Node's permission model"],
  ];
  return parts.flatMap(([found, what]) => (found === null ? [what] : []));
}

/** The command that starts `node` with the given arguments, locked down as far as the system can. */
export function commandLine(
  lockdown: Lockdown,
  limits: ChildLimits,
  nodeArgs: readonly string[],
): CommandLine {
  const words: string[] = [];
  if (lockdown.unshare !== null) words.push(lockdown.unshare, "-rn");
  if (lockdown.setpriv !== null) words.push(lockdown.setpriv, ...SETPRIV_ARGS);
  if (lockdown.prlimit !== null) words.push(lockdown.prlimit, ...limitArgs(limits), "--");
  words.push(process.execPath, ...nodeArgs);
  const [file = process.execPath, ...args] = words;
  return { file, args };
}

/** Flags of Node itself. `readable` are the folders of our own code; nothing else can be opened. */
export function nodeFlags(
  lockdown: Pick<Lockdown, "permissionFlag">,
  limits: ChildLimits,
  readable: readonly string[],
): readonly string[] {
  const flags = [
    `--max-old-space-size=${limits.memoryMb}`,
    "--disallow-code-generation-from-strings",
    "--no-warnings",
  ];
  if (lockdown.permissionFlag === null) return flags;
  return [lockdown.permissionFlag, ...readable.map((path) => `--allow-fs-read=${path}`), ...flags];
}

/** Folders of code that built children load: theirs, and the packages beside and above it. */
export function codeFolders(entryPath: string): readonly string[] {
  const entry = realpathSync(entryPath);
  const protocol = dirname(
    realpathSync(createRequire(entry).resolve("@deed/protocol/package.json")),
  );
  // The entry lies in a folder of its own inside this one.
  const sandbox = dirname(dirname(entry));
  const folders = new Set([sandbox, protocol]);
  for (const start of [sandbox, protocol]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const modules = join(folder, "node_modules");
      if (isThere(modules)) folders.add(modules);
      const manifest = join(folder, "package.json");
      if (isThere(manifest)) folders.add(manifest);
      if (folder === dirname(folder)) break;
    }
  }
  return [...folders].map((path) => (path.endsWith(".json") ? path : `${path}${sep}`));
}

/** Node's own flag for its permission model, or null. */
export function permissionFlag(): Lockdown["permissionFlag"] {
  const flags = process.allowedNodeEnvironmentFlags;
  if (flags.has("--permission")) return "--permission";
  return flags.has("--experimental-permission") ? "--experimental-permission" : null;
}

async function tryTool(name: string, args: readonly string[]): Promise<string | null> {
  const path = findTool(name);
  const nothing = findTool("true");
  if (path === null || nothing === null) return null;
  try {
    await promisify(execFile)(path, [...args, nothing], { env: {}, timeout: TOOL_TIMEOUT_MS });
    return path;
  } catch {
    return null;
  }
}

/** Path of a program of the system, or null. */
export function findTool(name: string): string | null {
  return TOOL_FOLDERS.map((folder) => join(folder, name)).find(isThere) ?? null;
}

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
