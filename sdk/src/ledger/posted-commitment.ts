import { executionsAbi } from "@deed/contracts";
import type { Hex } from "@deed/protocol/encoding";
import { decodeFunctionData } from "viem";

/** What a seat signed, as a call of `postCommitment` gives it: the event names only commitment and operator. */
export interface CommitmentCall {
  readonly batchNo: number;
  readonly nodeNo: number;
  readonly commitment: Hex;
  readonly auditSeq: number;
  readonly auditHead: Hex;
  readonly signature: Hex;
}

/** Reads the data of a call; null when it is another one. */
export function postedCommitment(data: Hex): CommitmentCall | null {
  try {
    const { functionName, args } = decodeFunctionData({ abi: executionsAbi, data });
    if (functionName !== "postCommitment") return null;
    const [batchNo, nodeNo, commitment, auditSeq, auditHead, signature] = args;
    const [batch, seq] = [Number(batchNo), Number(auditSeq)];
    return { batchNo: batch, nodeNo, commitment, auditSeq: seq, auditHead, signature };
  } catch {
    return null;
  }
}
