import {
  CHILD_SANDBOX_DEFAULTS,
  openBubblewrapSandbox,
  openProcessSandbox,
  openZygoteSandbox,
  type Sandbox,
  ZYGOTE_SANDBOX_DEFAULTS,
} from "@deed/node/parts";
import type { Packed } from "./pack-children.ts";

export const ADAPTERS = ["zygote", "bubblewrap", "process"] as const;
export type Adapter = (typeof ADAPTERS)[number];

export interface SubjectOptions {
  readonly packed: Packed;
  readonly addonPath: string | null;
  /** How long a fork server is used at most. */
  readonly renewAfterMs: number;
}

/** Children beyond the one that rests go soon, so that rest comes soon. */
const POOL = { ...CHILD_SANDBOX_DEFAULTS.pool, idleAfterMs: 200 };
const PATH = "/usr/local/bin:/usr/bin:/bin";

/** An adapter as a node opens it, around the code of the soak. @throws SandboxUnavailable */
export function openSubject(adapter: Adapter, options: SubjectOptions): Promise<Sandbox> {
  const { packed, addonPath, renewAfterMs } = options;
  const child = { ...CHILD_SANDBOX_DEFAULTS, pool: POOL, bundlePath: packed.child };
  switch (adapter) {
    case "zygote":
      return openZygoteSandbox({
        ...ZYGOTE_SANDBOX_DEFAULTS,
        ...{ bundlePath: packed.server, renewAfterMs },
        ...(addonPath !== null && { addonPath }),
      });
    case "bubblewrap":
      return openBubblewrapSandbox({ ...child, path: PATH });
    case "process":
      return openProcessSandbox(child);
  }
}
