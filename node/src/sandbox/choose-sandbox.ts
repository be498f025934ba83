import { openBubblewrapSandbox } from "./bubblewrap/bubblewrap-sandbox.ts";
import { CHILD_SANDBOX_DEFAULTS } from "./child-sandbox.ts";
import { openProcessSandbox } from "./process-sandbox.ts";
import type { Sandbox, SandboxAdapter, SandboxLevel } from "./sandbox.ts";
import { SandboxUnavailable } from "./sandbox-unavailable.ts";
import { openZygoteSandbox, ZYGOTE_SANDBOX_DEFAULTS } from "./zygote/open-zygote.ts";
import type { ServerTrouble } from "./zygote/server-keeper.ts";

export interface SandboxWishes {
  readonly adapter: "auto" | SandboxAdapter;
  readonly minimumLevel: SandboxLevel;
  /** Whether each container of the fork server has a network namespace of its own; those of bubblewrap have. */
  readonly network: "own" | "shared";
  readonly memoryMb: number;
  readonly cpuSec: number;
  readonly outputBytes: number;
  /** Folders to look for programs in. */
  readonly path: string;
  /** The child's code as one file; left out, the build's. */
  readonly bundlePath?: string;
  /** Folder of the node's own for records of what it makes outside of itself, by which its next start finds what was left. */
  readonly recordsIn?: string;
}

/** An adapter that was not taken. */
export interface NotTaken {
  readonly adapter: SandboxAdapter;
  readonly why: string;
  /** The command or the change that mends it; null where nothing is to be mended. */
  readonly remedy: string | null;
}

/** What the self-tests found: the best adapter that works, and why none better was taken. */
export interface SandboxChoice {
  readonly sandbox: Sandbox | null;
  readonly notTaken: readonly NotTaken[];
}

export interface ChoiceParts {
  onTrouble?(trouble: ServerTrouble): void;
  /** Which ones are tried at all; left out, all. */
  isTried?(adapter: SandboxAdapter): boolean;
}

type Open = (wishes: SandboxWishes, parts: ChoiceParts) => Promise<Sandbox>;

/** Best first. */
export const ADAPTERS: readonly (readonly [SandboxAdapter, Open])[] = [
  ["zygote", openZygote],
  ["bubblewrap", (wishes) => openBubblewrapSandbox({ ...CHILD_SANDBOX_DEFAULTS, ...wishes })],
  ["process", (wishes) => openProcessSandbox({ ...CHILD_SANDBOX_DEFAULTS, ...wishes })],
];

const RANK = { process: 0, "container-shared": 1, container: 2 } as const;

/** Tries the adapters, best first, each by its self-test. The caller closes the sandbox. */
export async function chooseSandbox(
  wishes: SandboxWishes,
  adapters: readonly (readonly [SandboxAdapter, Open])[] = ADAPTERS,
  parts: ChoiceParts = {},
): Promise<SandboxChoice> {
  const notTaken: NotTaken[] = [];
  for (const [adapter, open] of adapters) {
    if (wishes.adapter !== "auto" && wishes.adapter !== adapter) continue;
    if (parts.isTried?.(adapter) === false) continue;
    if (adapter === "process" && wishes.minimumLevel !== "process") {
      notTaken.push({ adapter, why: `below ${wishes.minimumLevel}`, remedy: null });
      continue;
    }
    const opened = await open(wishes, parts).catch((error: unknown) => refusalOf(adapter, error));
    if (!("level" in opened)) {
      notTaken.push(opened);
      continue;
    }
    if (RANK[opened.level] >= RANK[wishes.minimumLevel]) return { sandbox: opened, notTaken };
    await opened.close();
    notTaken.push({
      adapter,
      why: `${opened.level} is below ${wishes.minimumLevel}`,
      remedy: null,
    });
  }
  return { sandbox: null, notTaken };
}

/** Its code is another file than that of the child of the others. */
function openZygote(
  { network, memoryMb, cpuSec, outputBytes, minimumLevel, recordsIn }: SandboxWishes,
  { onTrouble }: ChoiceParts,
): Promise<Sandbox> {
  const ownNetwork = network === "own" || minimumLevel === "container";
  const limits = { memoryMb, cpuSec, outputBytes };
  const records = recordsIn === undefined ? {} : { recordsIn };
  const options = { ...ZYGOTE_SANDBOX_DEFAULTS, ...limits, ...records, ownNetwork };
  return openZygoteSandbox(options, onTrouble === undefined ? {} : { onTrouble });
}

function refusalOf(adapter: SandboxAdapter, error: unknown): NotTaken {
  const why = error instanceof Error ? error.message : String(error);
  return { adapter, why, remedy: error instanceof SandboxUnavailable ? error.remedy : null };
}
