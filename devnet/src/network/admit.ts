import { registryAbi } from "@deed/contracts";
import { type Hex, keccakText } from "@deed/protocol/encoding";
import { RUNTIME_VERSIONS } from "@deed/protocol/runtime";
import {
  type Deployment,
  handOverCalls,
  type LedgerCall,
  type LedgerParameters,
  ledgerCalls,
  operatorCalls,
} from "@deed/sdk";
import { type Abi, encodeFunctionData } from "viem";
import type { Registration } from "./registration.ts";
import type { Sender } from "./sender.ts";

export interface AdmitParts {
  /** The registry's council until the end of this. */
  readonly deployer: Sender;
  readonly cold: readonly Sender[];
  /** In operator order; each node serves its operator as executor and verifier. */
  readonly registrations: readonly Registration[];
}

// Wide on purpose: the functions are named when the program runs.
const ABI: Abi = registryAbi;

const EXECUTOR_AND_VERIFIER = 3;
const SOFTWARE_KEYS = 0;

/**
 * Admits one operator per registration with one node each, hands the registry over to the
 * timelock, and opens the first generation. Operator and node numbers follow the order of the registrations.
 */
export async function admitAll(
  deployment: Deployment,
  parameters: LedgerParameters,
  parts: AdmitParts,
): Promise<void> {
  const { deployer, cold, registrations } = parts;
  const registry = registryCalls(deployment);
  // The deployer's transactions are ordered, so that operator numbers are those of the list.
  const admissions = cold.map((sender, index) =>
    deployer.send(`admission of operator ${index + 1}`, registry.admit(sender.address, index + 1)),
  );
  const runtimes = RUNTIME_VERSIONS.map((version) =>
    deployer.send(`runtime ${version}`, registry.approveRuntime(version)),
  );
  // From here on only votes change anything.
  const handOver = handOverCalls(deployment).map((call) => deployer.send("hand-over", call));
  await Promise.all([...admissions, ...runtimes, ...handOver]);
  // One after the other: node numbers follow operator numbers.
  for (const [index, sender] of cold.entries()) {
    const operatorNo = index + 1;
    const registration = registrations[index];
    if (registration === undefined) continue;
    await sender.send(`node ${operatorNo}`, registry.addNode(operatorNo, registration));
  }
  await Promise.all(
    cold.flatMap((sender, index) => {
      const operatorNo = index + 1;
      const tip = registrations[index]?.chainTip ?? "0x";
      const seal = registrations[index]?.seal ?? null;
      // A node's number is its operator's here.
      const sealing =
        seal && operatorCalls(deployment).setSealingKey(operatorNo, seal.key, seal.binding);
      return [
        ...(sealing === null ? [] : [sender.send(`sealing key ${operatorNo}`, sealing)]),
        sender.send(`bond ${operatorNo}`, registry.bond(operatorNo, parameters.minBondWei * 100n)),
        sender.send(
          `beacon chain ${operatorNo}`,
          ledgerCalls(deployment).commitChain(operatorNo, tip),
        ),
      ];
    }),
  );
  await deployer.send("first generation", ledgerCalls(deployment).openGeneration());
}

interface RegistryCalls {
  admit(cold: Hex, operatorNo: number): LedgerCall;
  approveRuntime(version: number): LedgerCall;
  addNode(operatorNo: number, registration: Registration): LedgerCall;
  bond(operatorNo: number, amountWei: bigint): LedgerCall;
}

function registryCalls({ registry }: Deployment): RegistryCalls {
  const encode = (functionName: string, args: readonly unknown[], valueWei = 0n): LedgerCall => ({
    to: registry,
    data: encodeFunctionData({ abi: ABI, functionName, args }),
    valueWei,
  });
  return {
    admit: (cold, operatorNo) =>
      encode("admit", [
        cold,
        cold,
        keccakText(`devnet operator ${operatorNo}`),
        `operator-${operatorNo}`,
        `region-${operatorNo}`,
        `provider-${operatorNo}`,
        "",
      ]),
    approveRuntime: (version) =>
      encode("approveRuntime", [version, keccakText(`deed.runtime.${version}`), 0]),
    addNode: (operatorNo, registration) =>
      encode("addNode", [
        operatorNo,
        nodeArgument(operatorNo, registration),
        registration.caBinding,
      ]),
    bond: (operatorNo, amountWei) => encode("depositBond", [operatorNo], amountWei),
  };
}

function nodeArgument(operatorNo: number, registration: Registration): unknown {
  return {
    operatorNo,
    roles: EXECUTOR_AND_VERIFIER,
    keyTier: SOFTWARE_KEYS,
    active: true,
    dutyKey: registration.dutyKey,
    actionKey: registration.actionKey,
    caHash: registration.caHash,
    endpoint: registration.endpoint,
  };
}
