import type { Hex } from "@deed/protocol/encoding";
import type { ExecutionSummary, NodeApi } from "@deed/sdk";

const PAGE = 50;

/**
 * Executions of an intent each time one changed its state, oldest first, until the signal aborts. The node's tail
 * says when to look; what changed is read from the node.
 */
export async function* followExecutions(
  node: NodeApi,
  intentHash: Hex,
  signal: AbortSignal,
): AsyncGenerator<ExecutionSummary> {
  const seen = new Map<Hex, string>();
  for (const { executionId, state } of await newest(node, intentHash, signal))
    seen.set(executionId, state);
  for await (const _ of node.tail({ signal })) {
    for (const execution of await newest(node, intentHash, signal)) {
      const { executionId, state } = execution;
      if (seen.get(executionId) === state) continue;
      seen.set(executionId, state);
      yield execution;
    }
  }
}

async function newest(
  node: NodeApi,
  intentHash: Hex,
  signal: AbortSignal,
): Promise<readonly ExecutionSummary[]> {
  const page = await node.executionsOf(intentHash, { limit: PAGE }, signal);
  return [...(page?.executions ?? [])].reverse();
}
