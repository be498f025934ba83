import type { FaultName, Hex } from "@deed/protocol/encoding";
import type { Rpc } from "@deed/sdk";

/**
 * Why a node could not check. Only of a missing bundle the record's maker is to blame; all others say
 * something of this node.
 */
export type UnableCode =
  | "NO_BUNDLE"
  | "INTENT_UNKNOWN"
  | "INTENT_REFUSED_HERE"
  | "NO_ENDPOINT"
  | "ENDPOINT_FAILED"
  | "JUDGE_FAILED"
  | "SCRIPT_UNCHECKED";

/** What a node found of one execution. `unable`: it could not check, which is no verdict on the record. */
export type Judgement =
  | { readonly kind: "right" }
  | { readonly kind: "fault"; readonly leaf: number; readonly fault: FaultName }
  | { readonly kind: "unable"; readonly code: UnableCode; readonly reason: string };

type Negative<Kind extends Judgement["kind"]> = Extract<Judgement, { kind: Kind }>;

export function fault(name: FaultName, leaf = 0): Negative<"fault"> {
  return { kind: "fault", leaf, fault: name };
}

export function unable(code: UnableCode, reason = ""): Negative<"unable"> {
  return { kind: "unable", code, reason };
}

/** That something is not there counts only at an endpoint that has passed its time. Errors: RpcError, EndpointBehindError. */
export async function requireCaughtUp(rpc: Rpc, t0Sec: number): Promise<void> {
  const params = ["latest", false];
  const head = await rpc.request<{ timestamp: Hex } | null>("eth_getBlockByNumber", params);
  if (head !== null && Number(head.timestamp) > t0Sec) return;
  throw new EndpointBehindError(`time ${t0Sec}`);
}

/** This node's endpoint does not show what must be there by now: it lags, or has forgotten. */
export class EndpointBehindError extends Error {
  readonly failure: { readonly code: "ENDPOINT_BEHIND"; readonly wanted: string };

  constructor(wanted: string) {
    super(`ENDPOINT_BEHIND: ${wanted}`);
    this.name = "EndpointBehindError";
    this.failure = { code: "ENDPOINT_BEHIND", wanted };
  }
}
