import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Hex, wordHex } from "@deed/protocol/encoding";
import {
  type ContractArtifact,
  connectLedger,
  DEVNET_PARAMETERS,
  DEVNET_PERIODS,
  type Deployment,
  deployLedger,
  type Ledger,
  type LedgerCalls,
  type LedgerParameters,
  ledgerCalls,
  loneGovernance,
} from "@deed/sdk";
import { encodeFunctionData, parseAbi } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type MinedReceipt, startEvm, type TestEvm } from "./anvil.testing.ts";
import { TestKeys } from "./test-keys.testing.ts";

const NODE =
  "(uint32 operatorNo, uint8 roles, uint8 keyTier, bool active, address dutyKey, address actionKey, bytes32 caHash, string endpoint)";
const REGISTRY = parseAbi([
  "function admit(address,address,bytes32,string,string,string,string)",
  `function addNode(uint32,${NODE},bytes)`,
  "function depositBond(uint32)",
  "function approveRuntime(uint16,bytes32,uint40)",
  "function reinstate(uint32,bytes32)",
]);

const COUNCIL = privateKeyToAccount(wordHex(1));

/** The contracts on an EVM of the test's own, with admitted operators of one node each. */
export interface TestChain {
  readonly evm: TestEvm;
  readonly ledger: Ledger;
  readonly calls: LedgerCalls;
  readonly deployment: Deployment;
  readonly council: Hex;
  /** By node number − 1. */
  readonly keys: readonly TestKeys[];
}

/** Deploys and admits. Operator and node numbers are the same. */
export async function deployTestLedger(
  nowSec: () => number,
  operators = 7,
  parameters: LedgerParameters = DEVNET_PARAMETERS,
): Promise<TestChain> {
  const evm = await startEvm(nowSec);
  const council = COUNCIL.address.toLowerCase() as Hex;
  const deployment = await deployLedger(
    {
      council,
      parameters,
      members: loneGovernance(council),
      periods: DEVNET_PERIODS,
      maxFeePerGasWei: 0n,
    },
    {
      rpc: evm.miningRpc,
      deployer: { address: council, signTransaction: (tx) => COUNCIL.signTransaction(tx) },
      artifact: readArtifact,
    },
  );
  const keys = Array.from({ length: operators }, (_, index) => new TestKeys(index + 1));
  const chain = {
    evm,
    deployment,
    council,
    keys,
    ledger: connectLedger(deployment, { rpc: evm.rpc }),
    calls: ledgerCalls(deployment),
  };
  for (const [index, own] of keys.entries()) {
    own.use(deployment);
    await admit(chain, own, index + 1, parameters);
  }
  await transact(chain, council, "approveRuntime", [1, wordHex(1), 0]);
  await sendOk(chain, council, chain.calls.openGeneration());
  return chain;
}

async function admit(
  chain: TestChain,
  keys: TestKeys,
  no: number,
  { minBondWei }: LedgerParameters,
): Promise<void> {
  const { cold, dutyKey, actionKey } = keys;
  const name = `operator-${no}`;
  await chain.evm.rpc.request("anvil_setBalance", [cold, "0x56bc75e2d631000000"]);
  await transact(chain, chain.council, "admit", [cold, cold, wordHex(no), name, "r", "p", ""]);
  const caHash = wordHex(5_000 + no);
  const endpoint = `https://127.0.0.1:${no}`;
  const node = { operatorNo: no, roles: 3, keyTier: 0, active: true, dutyKey, actionKey };
  const caBinding = await keys.caBinding(no, caHash, endpoint);
  await transact(chain, cold, "addNode", [no, { ...node, caHash, endpoint }, caBinding]);
  await transact(chain, cold, "depositBond", [no], minBondWei * 10n);
  await sendOk(chain, cold, chain.calls.commitChain(no, keys.chainTip));
}

/** A call of the registry. */
export function transact(
  chain: TestChain,
  from: Hex,
  functionName: string,
  args: readonly unknown[],
  valueWei = 0n,
): Promise<MinedReceipt> {
  const data = encodeFunctionData({ abi: REGISTRY, functionName, args } as never);
  return sendOk(chain, from, { to: chain.deployment.registry, data, valueWei });
}

/** Sends what must succeed. */
export async function sendOk(
  chain: Pick<TestChain, "evm">,
  from: Hex,
  call: Parameters<TestEvm["send"]>[1],
): Promise<MinedReceipt> {
  const receipt = await chain.evm.send(from, call);
  if (receipt.status === "0x1") return receipt;
  const { to, data } = call;
  await chain.evm.rpc.request("eth_call", [{ from, to, data }, "latest"]);
  throw new TypeError(`reverted: ${receipt.transactionHash}`);
}

/** As the compiler left it. */
export function readArtifact(name: string): ContractArtifact {
  const place = `../../../contracts/out/${name}.sol/${name}.json`;
  const path = fileURLToPath(new URL(place, import.meta.url));
  const { abi, bytecode } = JSON.parse(readFileSync(path, "utf8"));
  return { abi, bytecode: bytecode.object, linkReferences: bytecode.linkReferences ?? {} };
}
