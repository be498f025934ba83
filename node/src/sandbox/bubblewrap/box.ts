import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { BROKER_FD } from "../broker-fd.ts";
import { type CommandLine, findTool } from "../launcher.ts";
import { type ChildLimits, limitArgs } from "../limit-args.ts";
import { SandboxUnavailable } from "../sandbox-unavailable.ts";
import { type FilterArchitecture, nodeFilter } from "../seccomp/node-filter.ts";
import { type Bind, type NodeFiles, nodeFiles } from "./node-files.ts";

/** What a container is made with on this system. */
export interface Box {
  readonly bwrap: string;
  readonly prlimit: string;
  readonly files: NodeFiles;
  /** The system calls that are allowed inside, as BPF. */
  readonly filter: Buffer;
  /** Where the node runs as root: the program that makes an ordinary user of it first. */
  readonly setpriv: string | null;
}

/** Descriptors that bubblewrap itself uses; it closes them before Node starts. */
export const BOX_PIPES = { filter: 0, info: 1, gate: 2 } as const;
const FIRST_PIPE_FD = BROKER_FD + 1;
/** Nobody's account: processes of it have no file and no other process on the host. */
const OUTER_ID = 60_001;
const INNER_ID = 65_534;
const CHILD_PATH = "/child.cjs";

const NAMESPACES = ["user", "pid", "net", "ipc", "uts", "cgroup"].map(
  (name) => `--unshare-${name}`,
);

/** Looks together what containers need. @param path Folders to look for bubblewrap in. @throws SandboxUnavailable */
export async function findBox(path: string): Promise<Box> {
  const { platform, arch } = process;
  if (platform !== "linux" || !isKnown(arch)) {
    throw new SandboxUnavailable({ code: "SYSTEM_UNSUPPORTED", system: `${platform} ${arch}` });
  }
  const bwrap = findOn(path, "bwrap");
  if (bwrap === null) throw missing("bwrap", "bubblewrap");
  const prlimit = findTool("prlimit");
  if (prlimit === null) throw missing("prlimit", "util-linux");
  const isRoot = process.getuid?.() === 0;
  return {
    bwrap,
    prlimit,
    files: await nodeFiles(),
    filter: nodeFilter(arch),
    setpriv: isRoot ? findTool("setpriv") : null,
  };
}

/** Runs Node in a fresh container with the three pipes of `BOX_PIPES`. @param code One file that is there as `CHILD_PATH`, or null. */
export function boxCommand(
  box: Box,
  limits: ChildLimits,
  code: string | null,
  nodeArgs: readonly string[],
): CommandLine {
  const { bwrap, prlimit, files } = box;
  const binds = code === null ? files.binds : [...files.binds, { from: code, to: CHILD_PATH }];
  const words = [
    ...ownerPrefix(box),
    ...[prlimit, ...limitArgs(limits), "--"],
    ...[bwrap, ...NAMESPACES, "--uid", `${INNER_ID}`, "--gid", `${INNER_ID}`],
    ...["--cap-drop", "ALL", "--clearenv", "--hostname", "deed"],
    // Not with its own init: Node is process 1, and the filter need not allow what an init does.
    ...["--die-with-parent", "--new-session", "--as-pid-1"],
    ...binds.flatMap(bindArgs),
    ...["--remount-ro", "/", "--chdir", "/"],
    ...["--seccomp", `${FIRST_PIPE_FD + BOX_PIPES.filter}`],
    ...["--info-fd", `${FIRST_PIPE_FD + BOX_PIPES.info}`],
    ...["--block-fd", `${FIRST_PIPE_FD + BOX_PIPES.gate}`],
    ...["--", files.node, ...nodeArgs, ...(code === null ? [] : [CHILD_PATH])],
  ];
  const [file = bwrap, ...args] = words;
  return { file, args, extraPipes: Object.keys(BOX_PIPES).length };
}

/** The one file that Node may open inside. */
export const READABLE: readonly string[] = [CHILD_PATH];

/** What makes a program the containers' owner. */
export function ownerPrefix({ setpriv }: Box): readonly string[] {
  if (setpriv === null) return [];
  return [setpriv, "--reuid", `${OUTER_ID}`, "--regid", `${OUTER_ID}`, "--clear-groups"];
}

function bindArgs({ from, to }: Bind): readonly string[] {
  return ["--ro-bind", from, to];
}

function isKnown(architecture: string): architecture is FilterArchitecture {
  return architecture === "x64" || architecture === "arm64";
}

function missing(tool: string, debianPackage: string): SandboxUnavailable {
  return new SandboxUnavailable({ code: "TOOL_MISSING", tool, debianPackage });
}

function findOn(path: string, name: string): string | null {
  const places = path.split(delimiter).filter((folder) => folder !== "");
  return places.map((folder) => join(folder, name)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
