import type { NodeContext } from "./roles/context.ts";
import { chooseSandbox, type SandboxWishes } from "./sandbox/choose-sandbox.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { runsScripts, type Sandboxes } from "./sandbox/sandboxes.ts";
import { StartError } from "./start-error.ts";

type Parts = Pick<NodeContext, "config" | "logger">;

/** Sandboxes that their opener closes. */
export interface OpenSandboxes extends Sandboxes {
  close(): Promise<void>;
}

/** Opens the best sandbox that works here, and one beside it when scripts cannot run in that. @throws StartError */
export async function openSandboxes(parts: Parts): Promise<OpenSandboxes> {
  const { sandbox: wishes } = parts.config;
  const { opened: usual, tried } = await choose(wishes, parts);
  if (usual === null) {
    const { adapter, minimumLevel } = wishes;
    throw new StartError({ code: "CONTAINER_MISSING", adapter, minimumLevel, tried });
  }
  const scripts = runsScripts(usual) ? usual : await openBeside(wishes, parts);
  return {
    usual,
    scripts,
    async close() {
      await usual.close();
      if (scripts !== usual) await scripts?.close();
    },
  };
}

/** Scripts are the exception: nothing is kept ready for them. */
async function openBeside(wishes: SandboxWishes, parts: Parts): Promise<Sandbox | null> {
  const pool = { idle: 0, max: 4, idleAfterMs: 10_000 };
  const beside = { ...wishes, adapter: "auto", forScripts: true, pool } as const;
  return (await choose(beside, parts)).opened;
}

async function choose(
  wishes: SandboxWishes,
  { logger }: Parts,
): Promise<{ readonly opened: Sandbox | null; readonly tried: readonly string[] }> {
  const { sandbox, notTaken } = await chooseSandbox(wishes);
  const { forScripts = false } = wishes;
  for (const { adapter, why, remedy } of notTaken) {
    logger.info("Sandbox adapter not taken", { adapter, why, remedy, forScripts });
  }
  if (sandbox !== null) {
    const { adapter, level, reason } = sandbox;
    logger.info("Sandbox opened", { adapter, level, reason, forScripts });
  }
  return { opened: sandbox, tried: notTaken.map(({ adapter, why }) => `${adapter}: ${why}`) };
}
