import type { FaultName } from "@deed/protocol/encoding";

/** What a node found of one execution. `unable`: it could not check, which is no verdict on the record. */
export type Judgement =
  | { readonly kind: "right" }
  | { readonly kind: "fault"; readonly leaf: number; readonly fault: FaultName }
  | { readonly kind: "unable"; readonly reason: string };

type Negative<Kind extends Judgement["kind"]> = Extract<Judgement, { kind: Kind }>;

export function fault(name: FaultName, leaf = 0): Negative<"fault"> {
  return { kind: "fault", leaf, fault: name };
}

export function unable(reason: string): Negative<"unable"> {
  return { kind: "unable", reason };
}
