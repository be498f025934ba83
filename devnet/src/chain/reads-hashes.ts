import type { Engine } from "./engine/engine.ts";
import type { Hex } from "./hex.ts";

/** A call with the state and the block that it sees, over the state of block `base`. */
export interface SeenCall {
  readonly call: unknown;
  readonly base: Hex;
  readonly accounts: Readonly<Record<string, unknown>>;
  readonly block: Readonly<Record<string, unknown>>;
}

// The engine holds a step of a trace in some 250 bytes, and no step costs less than one gas or two.
const maxTracedGas = 3_000_000;

/** Whether a call asks for hashes of earlier blocks; also true when that would take too long to find out. */
export async function readsHashes(engine: Engine, seen: SeenCall): Promise<boolean> {
  const { call, base, accounts, block } = seen;
  const over = { stateOverrides: accounts, blockOverrides: block };
  const trace = (options: object): Promise<unknown> =>
    engine.request("debug_traceCall", [call, base, { ...over, ...options }]);
  const { gasUsed } = (await trace({ tracer: "callTracer" })) as CallFrame;
  if (Number(gasUsed) > maxTracedGas) return true;
  const { structLogs } = (await trace(stepsAlone)) as StepTrace;
  return structLogs.some(({ op }) => op === "BLOCKHASH");
}

const stepsAlone = { disableStack: true, disableStorage: true, disableMemory: true };

interface CallFrame {
  readonly gasUsed: Hex;
}

interface StepTrace {
  readonly structLogs: readonly { readonly op: string }[];
}
