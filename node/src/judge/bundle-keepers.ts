import { type RegistryView, ROLE_BITS } from "../roles/registry-view.ts";

/** Operators that keep an executor's bundle besides itself (spec 10). */
const KEEPERS = 2;

/** Nodes of the two operators that follow this one in the order of executors. */
export async function bundleKeepers(
  registry: RegistryView,
  generation: number,
  operatorNo: number,
): Promise<readonly number[]> {
  const { executorList } = await registry.generation(generation);
  const position = executorList.indexOf(operatorNo);
  if (position === -1) return [];
  const count = Math.min(KEEPERS, executorList.length - 1);
  return Array.from({ length: count }, (_, step) => {
    const keeper = executorList[(position + step + 1) % executorList.length];
    return keeper === undefined ? undefined : registry.nodesOf(keeper, ROLE_BITS.executor)[0];
  }).filter((nodeNo) => nodeNo !== undefined);
}
