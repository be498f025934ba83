import { drawSeats, type Hex, seatCount } from "@deed/protocol/encoding";
import type { BatchRow } from "../../store/batches.ts";
import { type RegistryView, ROLE_BITS } from "../registry-view.ts";

/** Operators of the committee that a seed draws for a batch, in seat order (spec 05). */
export async function committeeOf(
  registry: RegistryView,
  batch: Pick<BatchRow, "batchNo" | "draw" | "generation" | "nodeNo">,
  seed: Hex,
): Promise<readonly number[]> {
  const { verifierList } = await registry.generation(batch.generation);
  const executor = registry.node(batch.nodeNo)?.operatorNo ?? 0;
  const position = verifierList.indexOf(executor);
  const seats = drawSeats({
    seed,
    batchNo: batch.batchNo,
    draw: batch.draw,
    verifiers: verifierList.length,
    excluded: new Set(position < 0 ? [] : [position]),
    wanted: seatCount(verifierList.length),
  });
  return seats.map((seat) => verifierList[seat]!);
}

/** The node that sits for an operator: its first active verifier. */
export function seatNode(registry: RegistryView, operatorNo: number): number | null {
  return registry.nodesOf(operatorNo, ROLE_BITS.verifier)[0] ?? null;
}
