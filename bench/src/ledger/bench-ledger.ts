import { readArtifact } from "@deed/contracts/artifact";
import { admitAll, createSender, startChain } from "@deed/devnet";
import { createWasmHasher, type Hasher, type Hex } from "@deed/protocol/encoding";
import {
  connectLedger,
  createRpc,
  DEVNET_PARAMETERS,
  DEVNET_PERIODS,
  deployLedger,
  describeRevert,
  type Ledger,
  type LedgerCall,
  type LedgerCalls,
  ledgerCalls,
  loneGovernance,
  type Rpc,
} from "@deed/sdk";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { NativeAccount } from "../measure/native-account.ts";
import { BenchError } from "../row.ts";
import { type BenchOperator, openOperator } from "./bench-operator.ts";
import { MovingClock } from "./moving-clock.ts";

/** The embedded chain with the contracts and operators whose keys this process holds; no node runs. */
export interface BenchLedger {
  readonly ledger: Ledger;
  readonly calls: LedgerCalls;
  readonly hasher: Hasher;
  readonly operators: readonly BenchOperator[];
  readonly clock: MovingClock;
  /** Sends a transaction. @returns the gas that it used. Errors: BenchError. */
  send(account: NativeAccount, call: LedgerCall): Promise<number>;
  close(): Promise<void>;
}

const OPERATORS = 7;
const GAS_LIMIT = 16_000_000n;
const FUNDS_WEI: Hex = `0x${(10n ** 24n).toString(16)}`;

export async function openBenchLedger(directory: string): Promise<BenchLedger> {
  const council = privateKeyToAccount(generatePrivateKey());
  const cold = Array.from({ length: OPERATORS }, () => privateKeyToAccount(generatePrivateKey()));
  const accounts = [council, ...cold].map(({ address }) => ({
    address: address.toLowerCase() as Hex,
    balance: FUNDS_WEI,
  }));
  const clock = new MovingClock();
  const chain = await startChain({ directory, accounts }, { clock });
  try {
    const { chainId } = chain;
    const rpc = createRpc({ url: chain.rpcUrl }, { fetch });
    const address = council.address.toLowerCase() as Hex;
    const deployment = await deployLedger(
      {
        council: address,
        parameters: DEVNET_PARAMETERS,
        members: loneGovernance(address),
        periods: DEVNET_PERIODS,
        maxFeePerGasWei: 0n,
      },
      {
        rpc,
        deployer: { address, signTransaction: (tx) => council.signTransaction(tx) },
        artifact: readArtifact,
      },
    );
    const hasher = await createWasmHasher();
    const operators = await Promise.all(
      cold.map((_, index) => openOperator(index + 1, { deployment, hasher })),
    );
    await admitAll(deployment, DEVNET_PARAMETERS, {
      deployer: createSender(council, { rpc, chainId }),
      cold: cold.map((account) => createSender(account, { rpc, chainId })),
      registrations: operators.map(({ registration }) => registration),
    });
    const ledger = connectLedger(deployment, { rpc });
    const calls = ledgerCalls(deployment);
    const send = gasMeter({ rpc, chainId });
    return { ledger, calls, hasher, operators, clock, send, close: () => chain.close() };
  } catch (error) {
    await chain.close();
    throw error;
  }
}

interface Receipt {
  readonly status: Hex;
  readonly gasUsed: Hex;
}

function gasMeter(parts: { readonly rpc: Rpc; readonly chainId: number }): BenchLedger["send"] {
  const { rpc, chainId } = parts;
  const nonces = new Map<Hex, number>();
  return async (account, { to, data, valueWei }) => {
    const nonce = nonces.get(account.address) ?? 0;
    nonces.set(account.address, nonce + 1);
    const raw = account.signTransaction({
      ...{ chainId, nonce, to, data, value: valueWei, gas: GAS_LIMIT },
      ...{ maxFeePerGas: 0n, maxPriorityFeePerGas: 0n },
    });
    const hash = await rpc.request<Hex>("eth_sendRawTransaction", [raw]);
    const receipt = await rpc.request<Receipt>("eth_getTransactionReceipt", [hash]);
    if (receipt.status === "0x1") return Number(receipt.gasUsed);
    const reason = await revertOf(rpc, { from: account.address, to, data });
    throw new BenchError({ code: "UNEXPECTED_RESULT", reason });
  };
}

/** The same call again says why it reverted. */
async function revertOf(rpc: Rpc, call: object): Promise<string> {
  try {
    await rpc.request("eth_call", [call, "latest"]);
    return "a transaction reverted";
  } catch (error) {
    const { data, reason } = (error as { failure?: { data?: Hex; reason?: string } }).failure ?? {};
    return (data && describeRevert(data)) ?? reason ?? String(error);
  }
}
