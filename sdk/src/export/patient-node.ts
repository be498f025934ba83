import type { NodeApi } from "../node-api/client.ts";
import { NodeApiError } from "../node-api/node-api-error.ts";

/** What an export asks a node. */
export type ExportedNode = Pick<NodeApi, "execution" | "intent" | "bundle">;

export interface Patience {
  /** Told how long it waits, for people. */
  say(message: string): void;
  wait(milliseconds: number): Promise<void>;
}

const TOO_MANY_REQUESTS = 429;
const UNSAID_MS = 1_000;
/** Of one question: who is put off for longer does not want to be asked. */
const MOST_WAITS = 120;

/** A node that limits how often it is asked is asked again when it says. Errors: those of the node. */
export function patientNode(nodeApi: ExportedNode, patience: Patience): ExportedNode {
  const asked = <T>(ask: () => Promise<T>): Promise<T> => askUntilAnswered(ask, patience);
  return {
    execution: (...query) => asked(() => nodeApi.execution(...query)),
    intent: (...query) => asked(() => nodeApi.intent(...query)),
    bundle: (...query) => asked(() => nodeApi.bundle(...query)),
  };
}

async function askUntilAnswered<T>(ask: () => Promise<T>, { say, wait }: Patience): Promise<T> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await ask();
    } catch (error) {
      const waitMs = putOffMs(error);
      if (waitMs === null || waits >= MOST_WAITS) throw error;
      say(`The node limits requests: going on in ${waitMs / 1000} s`);
      await wait(waitMs);
    }
  }
}

function putOffMs(error: unknown): number | null {
  if (!(error instanceof NodeApiError) || error.failure.code !== "NODE_REFUSED") return null;
  const { status, retryAfterMs } = error.failure;
  return status === TOO_MANY_REQUESTS ? (retryAfterMs ?? UNSAID_MS) : null;
}
