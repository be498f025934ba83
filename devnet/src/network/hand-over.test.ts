import { gatewayAbi, registryAbi, timelockAbi } from "@deed/contracts";
import { readArtifact } from "@deed/contracts/artifact";
import type { Hex } from "@deed/protocol/encoding";
import {
  connectGovernance,
  createRpc,
  DEVNET_PARAMETERS,
  DEVNET_PERIODS,
  type Deployment,
  deployLedger,
  describeCall,
  encodeNamedCall,
  forbiddenTargets,
  type GovernanceReads,
  governanceCalls,
  loneGovernance,
} from "@deed/sdk";
import { type Abi, decodeFunctionResult, encodeFunctionData } from "viem";
import { expect, test, vi } from "vitest";
import { testAccount, testChain } from "../chain/chain.testing.ts";
import { admitAll } from "./admit.ts";
import { createSender, type Sender } from "./sender.ts";

const ROLES = ["DEFAULT_ADMIN_ROLE", "PROPOSER_ROLE", "CANCELLER_ROLE", "EXECUTOR_ROLE"];

interface FoundedLedger {
  readonly deployment: Deployment;
  readonly deployer: Sender;
  readonly member: Sender;
  readonly reads: GovernanceReads;
  read(to: Hex, abi: Abi, functionName: string, ...args: readonly unknown[]): Promise<unknown>;
}

/** As the embedded network begins, without operators. */
async function found(): Promise<FoundedLedger> {
  const { rpcUrl } = await testChain();
  const rpc = createRpc({ url: rpcUrl }, { fetch });
  const [first, second] = [testAccount(1), testAccount(2)];
  const sender = (account: typeof first) => createSender(account, { rpc, chainId: 31337 });
  const deployer = sender(first);
  const member = sender(second);
  const deployment = await deployLedger(
    {
      council: deployer.address,
      parameters: DEVNET_PARAMETERS,
      members: loneGovernance(member.address),
      periods: { ...DEVNET_PERIODS, delaySec: 1, parametersSec: 1 },
      maxFeePerGasWei: 0n,
    },
    { rpc, deployer: first, artifact: readArtifact },
  );
  await admitAll(deployment, DEVNET_PARAMETERS, { deployer, cold: [], registrations: [] });
  const read: FoundedLedger["read"] = async (to, abi, functionName, ...args) => {
    const input = encodeFunctionData({ abi, functionName, args });
    const data = await rpc.request<Hex>("eth_call", [{ to, data: input }, "latest"]);
    return decodeFunctionResult({ abi, functionName, data });
  };
  return { deployment, deployer, member, reads: connectGovernance(deployment, rpc), read };
}

const raiseTier = encodeFunctionData({
  abi: registryAbi,
  functionName: "setMinimumKeyTier",
  args: [1, 2],
});

test("a founded network is ruled by its timelock, and whoever deployed it has no say any more", async () => {
  const { deployment, deployer, member, read } = await found();
  const { registry, timelock, governance } = deployment;
  expect(String(await read(registry, registryAbi, "council")).toLowerCase()).toBe(timelock);
  expect(String(await read(registry, registryAbi, "guardian")).toLowerCase()).toBe(governance);
  for (const name of ROLES) {
    const role = await read(timelock, timelockAbi, name);
    for (const { address } of [deployer, member]) {
      expect([name, await read(timelock, timelockAbi, "hasRole", role, address)]).toEqual([
        name,
        false,
      ]);
    }
  }
  const own = deployer.send("a rule", { to: registry, data: raiseTier, valueWei: 0n });
  await expect(own).rejects.toThrow("NETWORK_TRANSACTION_FAILED");
});

test("no action may call any contract of the installation, and a plan may name none of them", async () => {
  const { deployment, member, read } = await found();
  const { chainId, fromBlock, ...contracts } = deployment;
  const targets = forbiddenTargets(deployment);
  expect([...targets].sort()).toEqual(Object.values(contracts).sort());
  expect(targets.length).toBe(10);
  const isForbidden = (target: Hex) => read(deployment.gateway, gatewayAbi, "isForbidden", target);
  for (const target of targets) expect([target, await isForbidden(target)]).toEqual([target, true]);
  expect(await isForbidden(member.address)).toBe(false);
});

test("what the council decides is executed by anyone once it has waited", async () => {
  const { deployment, deployer, member, reads } = await found();
  const calls = governanceCalls(deployment);
  const proposed = [encodeNamedCall(deployment, "registry.setMinimumKeyTier", ["1", "2"])];
  await member.send("a proposal", calls.propose(proposed, 0, "stolen keys"));
  expect(await reads.proposal(1)).toMatchObject({
    state: "approved",
    proposer: member.address,
    reason: "stolen keys",
    ...{ approving: 1, objecting: 0, needed: 1, readyAtSec: null },
  });
  const announced = (await reads.proposal(1))?.calls ?? [];
  expect(announced.map((call) => describeCall(deployment, call).text)).toEqual([
    "registry.setMinimumKeyTier(role: 1, tier: 2)",
  ]);
  await deployer.send("queueing", calls.queue(1, announced));
  const queued = await reads.proposal(1);
  expect([queued?.state, typeof queued?.readyAtSec]).toEqual(["queued", "number"]);
  const execute = () => deployer.send("execution", calls.execute(1, announced));
  // Reverts until the delay is over.
  await vi.waitFor(execute, { timeout: 20_000, interval: 200 });
  expect((await reads.proposal(1))?.state).toBe("executed");
  expect(await reads.proposal(2)).toBeNull();
  expect([await reads.proposalCount(), await reads.delaySec()]).toEqual([1, 1]);
  expect(await reads.council()).toEqual({ members: [member.address], threshold: 1 });
});

test("what a member objects to is cancelled, and a guardian's pause stands in the registry", async () => {
  const { deployment, deployer, member, reads, read } = await found();
  const calls = governanceCalls(deployment);
  const proposed = [encodeNamedCall(deployment, "registry.setGuardian", [deployer.address])];
  await member.send("a proposal", calls.propose(proposed, 0, "a mistake"));
  await deployer.send("queueing", calls.queue(1, proposed));
  await member.send("an objection", calls.object(1, "I see it now"));
  await deployer.send("cancelling", calls.cancel(1));
  expect((await reads.proposal(1))?.state).toBe("cancelled");
  expect((await reads.guardians()).members).toEqual([member.address]);
  await member.send("a pause", calls.restrict("pause", 0, 3600, "an attack"));
  const { registry } = deployment;
  const head = (await read(registry, registryAbi, "head")) as { readonly pausedUntilSec: number };
  expect(head.pausedUntilSec).toBeGreaterThan(0);
});
