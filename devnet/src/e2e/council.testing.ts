import { type Hex, keccakText } from "@deed/protocol/encoding";
import {
  connectGovernance,
  encodeNamedCall,
  governanceCalls,
  type Ledger,
  type ProposedCall,
} from "@deed/sdk";
import { createSender } from "../network/sender.ts";
import type { Network } from "../network/start-network.ts";
import { pause } from "../story/pause.ts";

const LOOK_MS = 100;
const MOST_LOOKS = 300;

/** The council of an embedded network proposes, approves, queues and, when the timelock's delay is over, executes. */
export async function decideByCouncil(
  { rpc, deployment, accounts }: Pick<Network, "rpc" | "deployment" | "accounts">,
  decided: readonly ProposedCall[],
  reason: string,
): Promise<void> {
  const reads = connectGovernance(deployment, rpc);
  const calls = governanceCalls(deployment);
  const members = accounts.council.map((account) =>
    createSender(account, { rpc, chainId: deployment.chainId }),
  );
  const [first, ...others] = members;
  await first!.send("a proposal", calls.propose(decided, 0, reason));
  const proposalNo = await reads.proposalCount();
  for (const member of others) {
    if ((await reads.proposal(proposalNo))?.state === "approved") break;
    await member.send("a vote", calls.approve(proposalNo, "seen"));
  }
  await first!.send("queueing", calls.queue(proposalNo, decided));
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    // Reverts until the delay is over.
    const isDone = await first!.send("execution", calls.execute(proposalNo, decided)).then(
      () => true,
      () => false,
    );
    if (isDone) return;
    await pause(LOOK_MS, AbortSignal.timeout(LOOK_MS * 2));
  }
  throw new Error(`proposal ${proposalNo} was never executed`);
}

/** Reinstates every operator that a grave fault put in jail. */
export async function letOutOfJail({
  network,
  ledger,
}: {
  readonly network: Pick<Network, "rpc" | "deployment" | "accounts">;
  readonly ledger: Pick<Ledger, "operator">;
}): Promise<void> {
  const newest = ["latest", false];
  const block = await network.rpc.request<{ timestamp: Hex }>("eth_getBlockByNumber", newest);
  const reason = "served for the next test";
  const calls: ProposedCall[] = [];
  for (const [index] of network.accounts.cold.entries()) {
    const { jailedUntilSec } = await ledger.operator(index + 1);
    if (jailedUntilSec <= Number(block.timestamp)) continue;
    const args = [String(index + 1), keccakText(reason)];
    calls.push(encodeNamedCall(network.deployment, "registry.reinstate", args));
  }
  if (calls.length > 0) await decideByCouncil(network, calls, reason);
}
