import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { bundledEntry } from "../../self-entry.ts";
import { type CgroupPlace, type GroupPool, openCgroups } from "../cgroup/cgroup-place.ts";
import { type ChildLimits, residentBytes } from "../limit-args.ts";
import { refusedBy, settingOf } from "../refused-by.ts";
import { SandboxUnavailable, type UnavailableReason } from "../sandbox-unavailable.ts";
import { type ForkServer, type ForkServerOptions, startForkServer } from "./fork-server.ts";
import { checkServer } from "./self-test.ts";
import { type KeeperCollaborators, type KeeperOptions, ServerKeeper } from "./server-keeper.ts";
import { ZygoteSandbox } from "./zygote-sandbox.ts";

export interface ZygoteSandboxOptions extends ChildLimits, KeeperOptions {
  /** A network namespace for each run; else one empty one for all, which is faster. */
  readonly ownNetwork: boolean;
  /** Most runs at once. */
  readonly runs: number;
  /** What root becomes; another user stays. */
  readonly uid: number;
  /** Most bytes that wait for a run to read them. */
  readonly queueBytes: number;
  /** One frame of a run; a whole transcript must fit. */
  readonly frameBytes: number;
  /** All that one run may say. A job may set less. */
  readonly outputBytes: number;
  /** Where the control groups that were made are written down; left out, nowhere. */
  readonly recordsIn?: string;
  /** Left out, the one of `@deed/zygote`. */
  readonly addonPath?: string;
  /** The server's code as one file. Left out, the build's own. */
  readonly bundlePath?: string;
}

export const ZYGOTE_SANDBOX_DEFAULTS: ZygoteSandboxOptions = {
  ownNetwork: true,
  memoryMb: 96,
  cpuSec: 60,
  runs: 128,
  // Nobody's by any distribution's habit, and not the `nobody` that other daemons are.
  uid: 60_001,
  queueBytes: 4 * 1024 * 1024,
  frameBytes: 16 * 1024 * 1024,
  outputBytes: 32 * 1024 * 1024,
  renewAfterMs: 5 * 60_000,
  retryAfterMs: 5_000,
};

type ZygoteParts = Partial<Pick<KeeperCollaborators, "onTrouble">>;

/** What the optional package says; it need not be there when this is compiled either. */
interface ZygotePackage {
  addonPath(): string | null;
}
const ZYGOTE_PACKAGE: string = "@deed/zygote";

/** Starts a fork server and tries it. @throws SandboxUnavailable */
export async function openZygoteSandbox(
  options: ZygoteSandboxOptions = ZYGOTE_SANDBOX_DEFAULTS,
  parts: ZygoteParts = {},
): Promise<ZygoteSandbox> {
  const { platform: system } = process;
  if (system !== "linux") throw new SandboxUnavailable({ code: "SYSTEM_UNSUPPORTED", system });
  const addonPath = options.addonPath ?? (await packagedAddon());
  const bundlePath = options.bundlePath ?? packagedBundle();
  const cgroups = openCgroups({
    name: `deed-${process.pid}-${randomUUID().slice(0, 8)}`,
    recordsIn: options.recordsIn ?? null,
  });
  const server: Omit<ForkServerOptions, "jitless"> = {
    ...{ addonPath, bundlePath },
    ownNetwork: options.ownNetwork,
    runs: options.runs,
    uid: options.uid,
    heapMb: options.memoryMb,
    queueBytes: options.queueBytes,
    frames: { frameBytes: options.frameBytes, totalBytes: options.outputBytes },
    openGroups: () => groupsOf(cgroups, options),
  };
  const openKeeper = (jitless: boolean): Promise<ServerKeeper> =>
    keeperOf({ ...server, jitless }, options, parts);
  const plain = await openKeeper(true).catch(async (cause: unknown) => {
    await cgroups?.close();
    if (cause instanceof SandboxUnavailable) throw cause;
    throw new SandboxUnavailable(failureOf(cause), { cause });
  });
  const level = options.ownNetwork ? "container" : "container-shared";
  return new ZygoteSandbox(level, options, {
    plain,
    cgroups,
    openScripts: () => openKeeper(false),
  });
}

/** One for each run that there can be at once. */
function groupsOf(cgroups: CgroupPlace | null, options: ZygoteSandboxOptions): GroupPool | null {
  const limits = { memoryBytes: residentBytes(options.memoryMb), processes: 1 };
  return cgroups?.openPool(options.runs, limits) ?? null;
}

async function keeperOf(
  server: ForkServerOptions,
  options: ZygoteSandboxOptions,
  { onTrouble = () => undefined }: ZygoteParts,
): Promise<ServerKeeper> {
  const start = (): Promise<ForkServer> => startChecked(server, options);
  const collaborators = { start, now: () => performance.now(), onTrouble };
  return new ServerKeeper(options, collaborators, await start());
}

async function startChecked(options: ForkServerOptions, limits: ChildLimits): Promise<ForkServer> {
  const server = await startForkServer(options);
  try {
    await checkServer(server, limits);
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function packagedAddon(): Promise<string> {
  const found = await import(ZYGOTE_PACKAGE).then(
    (zygote: ZygotePackage) => zygote.addonPath(),
    () => null,
  );
  if (found !== null) return found;
  throw new SandboxUnavailable({ code: "NOT_COMPILED", hasCompiler: hasCompiler(process.env) });
}

/** As `native/zygote/build.js` looks for one. */
export function hasCompiler({ CC, PATH }: NodeJS.ProcessEnv): boolean {
  const compiler = CC ?? "cc";
  const folders = compiler.includes("/") ? [""] : (PATH ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, compiler)));
}

function packagedBundle(): string {
  const path = bundledEntry("sandbox-zygote.cjs");
  if (path === null) throw new SandboxUnavailable({ code: "NOT_BUNDLED" });
  return path;
}

/** The steps that a system without namespaces for users refuses, as `native/zygote/src/enter.c` names them. */
const NAMESPACE_STEP =
  /^(unshare|self\/|private mounts|tmpfs|pivot_root|umount|read-only|sethostname)/;

function failureOf(cause: unknown): UnavailableReason {
  const detail = cause instanceof Error ? cause.message : "";
  if (!NAMESPACE_STEP.test(detail)) return { code: "SELF_TEST_FAILED", detail };
  return { code: "NAMESPACES_REFUSED", by: refusedBy(settingOf), detail };
}
