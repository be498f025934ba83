import { governanceAbi, registryAbi, timelockAbi } from "@deed/contracts";
import { readArtifact } from "@deed/contracts/artifact";
import type { Hex } from "@deed/protocol/encoding";
import {
  createRpc,
  DEVNET_PARAMETERS,
  DEVNET_PERIODS,
  type Deployment,
  deployLedger,
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
  return { deployment, deployer, member, read };
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

test("what the council decides is executed by anyone once it has waited", async () => {
  const { deployment, deployer, member, read } = await found();
  const { registry, timelock, governance } = deployment;
  const calls = [{ target: registry, valueWei: 0n, data: raiseTier }];
  const send = (by: Sender, to: Hex, data: Hex) =>
    by.send("a decision", { to, data, valueWei: 0n });
  const proposing = { functionName: "propose", args: [calls, 0, "stolen keys"] } as const;
  await send(member, governance, encodeFunctionData({ abi: governanceAbi, ...proposing }));
  const queueing = { functionName: "queue", args: [1n, calls] } as const;
  await send(deployer, governance, encodeFunctionData({ abi: governanceAbi, ...queueing }));
  const salt = (await read(governance, governanceAbi, "saltOf", 1n)) as Hex;
  const zero: Hex = `0x${"0".repeat(64)}`;
  const executing = encodeFunctionData({
    abi: timelockAbi,
    functionName: "executeBatch",
    args: [[registry], [0n], [raiseTier], zero, salt],
  });
  // Reverts until the delay is over.
  await vi.waitFor(() => send(deployer, timelock, executing), { timeout: 20_000, interval: 200 });
  expect(await read(registry, registryAbi, "minimumKeyTier", 1)).toBe(2);
  expect(await read(governance, governanceAbi, "stateOf", 1n)).toBe(6);
});
