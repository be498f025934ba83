import { FAULT_NUMBERS } from "../../encoding/fault.ts";
import type { ContradictedFault, Evidence, SignedVerdict } from "./evidence.ts";

const CONTRADICTED: { readonly [fault in ContradictedFault]: true } = {
  ActionNotInPlan: true,
  EffectAfterRevocation: true,
  WrongHolder: true,
  BrokenLeafChain: true,
  WrongRuntime: true,
};

/** What was proven at a position of a batch. */
export interface ProvenFault {
  readonly fault: ContradictedFault;
  readonly index: number;
}

/** The fault of a number, when it is one that seats have to see; else null. */
export function contradictedFault(no: number): ContradictedFault | null {
  const faults = Object.keys(CONTRADICTED) as ContradictedFault[];
  return faults.find((fault) => FAULT_NUMBERS[fault] === no) ?? null;
}

/**
 * A seat's verdict of the first draw that found right what was proven wrong; null when it says nothing of it. Later
 * draws judge what was pending then, so their silence about the rest says nothing.
 */
export function contradictedVerdict(
  nodeNo: number,
  verdict: SignedVerdict,
  { fault, index }: ProvenFault,
): Evidence | null {
  const said = ((verdict.fault | verdict.unable) >> BigInt(index)) & 1n;
  if (verdict.draw !== 0 || said === 1n) return null;
  return { fault: "VerdictContradicted", of: fault, index, nodeNo, first: verdict };
}
