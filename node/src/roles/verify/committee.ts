import { drawSeats, type Hex, seatCount } from "@deed/protocol/encoding";
import type { BatchRow } from "../../store/batches.ts";
import type { RegistryView } from "../registry-view.ts";

/** Operators of the committee that a seed draws for a batch, in seat order (spec 05). */
export async function committeeOf(
  registry: RegistryView,
  batch: Pick<BatchRow, "batchNo" | "draw" | "generation" | "nodeNo">,
  seed: Hex,
): Promise<readonly number[]> {
  const { verifierList } = await registry.generation(batch.generation);
  const executor = registry.node(batch.nodeNo);
  // Without the executor's operator the draw would be another one.
  if (executor === null) throw new RangeError(`node ${batch.nodeNo} is not known here yet`);
  const position = verifierList.indexOf(executor.operatorNo);
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

/** The node that sits for an operator. */
export function seatNode(registry: RegistryView, operatorNo: number): number | null {
  return registry.seatNodeOf(operatorNo);
}
