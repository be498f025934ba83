import type { NodeApi } from "./client.ts";
import { NodeApiError } from "./node-api-error.ts";

export interface Patience {
  /** Told how long it waits, for people. */
  say(message: string): void;
  /** Rejects with the signal's reason when that aborts first. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

const TOO_MANY_REQUESTS = 429;
const UNSAID_MS = 1_000;
/** Of one question: who is put off for longer does not want to be asked. */
const MOST_WAITS = 120;

/**
 * A node that limits how often it is asked is asked again when it says: it has done nothing yet of what it
 * puts off, so this holds for what changes something, too. Errors: those of the node.
 */
export function patientNode<Api extends Partial<NodeApi>>(nodeApi: Api, patience: Patience): Api {
  const patient = Object.entries(nodeApi).map(([name, member]) =>
    typeof member === "function" && name !== "tail"
      ? [name, (...asked: never[]) => askUntilAnswered(member as Ask, asked, patience)]
      : [name, member],
  );
  return Object.fromEntries(patient) as Api;
}

type Ask = (...asked: readonly unknown[]) => Promise<unknown>;

async function askUntilAnswered(
  ask: Ask,
  asked: readonly unknown[],
  { say, wait }: Patience,
): Promise<unknown> {
  const signal = asked.find((one) => one instanceof AbortSignal);
  for (let waits = 0; ; waits += 1) {
    try {
      return await ask(...asked);
    } catch (error) {
      const waitMs = putOffMs(error);
      if (waitMs === null || waits >= MOST_WAITS) throw error;
      say(`The node limits requests: going on in ${waitMs / 1000} s`);
      await wait(waitMs, signal);
    }
  }
}

function putOffMs(error: unknown): number | null {
  if (!(error instanceof NodeApiError) || error.failure.code !== "NODE_REFUSED") return null;
  const { status, retryAfterMs } = error.failure;
  return status === TOO_MANY_REQUESTS ? (retryAfterMs ?? UNSAID_MS) : null;
}
