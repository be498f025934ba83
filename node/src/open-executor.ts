import { BROKER_DEFAULTS } from "./broker/broker.ts";
import { resolveBySystem } from "./broker/connect.ts";
import { resolveByServers } from "./broker/resolve-by-servers.ts";
import { ClaimRole } from "./roles/claim/claim-role.ts";
import { ClockGuard } from "./roles/claim/clock-guard.ts";
import type { NodeContext } from "./roles/context.ts";
import { openExecutor } from "./roles/execute/executor.ts";
import { RecordRole } from "./roles/record/record-role.ts";
import type { Role } from "./roles/role.ts";
import { ADAPTERS, type ChoiceParts, chooseSandbox } from "./sandbox/choose-sandbox.ts";
import { LiveSandbox } from "./sandbox/live-sandbox.ts";
import type { SandboxAdapter } from "./sandbox/sandbox.ts";
import { StartError } from "./start-error.ts";

/** The roles of an executor and what they opened. */
export interface ExecutorRoles {
  readonly roles: readonly Role[];
  readonly sandbox: Pick<LiveSandbox, "state">;
  close(): Promise<void>;
}

const CLOCK_TOLERANCE_MS = 2_000;
const CLOCK_LOOK_MS = 1_000;
const CLAIMS = { fillMs: 80, retryMs: 500, lookAt: 1_024 };
const SANDBOX = { againMs: 5_000, longestAgainMs: 60_000 };
const RECORDS = {
  pushes: { pushTimeoutMs: 2_000, firstRetryMs: 1_000, longestRetryMs: 60_000 },
  retryMs: 500,
};

/** Opens sandbox and broker and builds the roles that work with them. Errors: StartError. */
export async function openExecutorRoles(context: NodeContext): Promise<ExecutorRoles> {
  const { config, clock, ledger } = context;
  const sandbox = await openSandbox(context);
  const { runs, openExecutions, claimsInFlight } = config.capacity;
  const { targets, targetCa: extraCa, nameServers, originRate: rate, http } = config;
  const resolve = nameServers.length === 0 ? resolveBySystem : resolveByServers(nameServers);
  const privateOrigins = new Set(config.privateOrigins);
  const executor = openExecutor(
    {
      runs,
      limits: config.sandbox,
      broker: { ...BROKER_DEFAULTS, ...http, privateOrigins, targets, rate, extraCa },
    },
    { context, sandbox, resolve },
  );
  const clockGuard = new ClockGuard(
    { toleranceMs: CLOCK_TOLERANCE_MS, everyMs: CLOCK_LOOK_MS },
    { clock, head: () => ledger.head() },
  );
  const claim = new ClaimRole(
    { ...CLAIMS, openExecutions, inFlight: claimsInFlight },
    { context, clockGuard, containers: () => sandbox.containers },
  );
  return {
    sandbox,
    roles: [claim, executor.role, new RecordRole(RECORDS, context)],
    close: async () => {
      await executor.close();
      await sandbox.close();
    },
  };
}

async function openSandbox({ config, logger, metrics, wakers }: NodeContext): Promise<LiveSandbox> {
  let live: LiveSandbox | null = null;
  const onTrouble: NonNullable<ChoiceParts["onTrouble"]> = (trouble) => live?.onTrouble(trouble);
  const wishes = { ...config.sandbox, recordsIn: config.dataDirectory };
  const choose = (isTried: (adapter: SandboxAdapter) => boolean) =>
    chooseSandbox(wishes, ADAPTERS, { onTrouble, isTried });
  const { sandbox, notTaken } = await choose(() => true);
  for (const { adapter, why, remedy } of notTaken) {
    logger.info("Sandbox adapter not taken", { adapter, why, remedy });
  }
  if (sandbox === null) {
    const { adapter, minimumLevel } = config.sandbox;
    const tried = notTaken.map(({ adapter: name, why }) => `${name}: ${why}`);
    throw new StartError({ code: "CONTAINER_MISSING", adapter, minimumLevel, tried });
  }
  const onChange = (): void => wakers.of("claim").wake();
  live = new LiveSandbox(SANDBOX, { choose, logger, metrics, onChange }, sandbox);
  return live;
}
