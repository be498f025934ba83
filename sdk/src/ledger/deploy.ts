import type { Hex } from "@deed/protocol/encoding";
import {
  type Abi,
  concatHex,
  encodeDeployData,
  getContractAddress,
  type TransactionSerializable,
} from "viem";
import {
  type ContractName,
  type Deployment,
  DeploymentError,
  forbiddenTargets,
} from "./deployment.ts";
import { delayRules, type GovernanceMembers, type GovernancePeriods } from "./governance-setup.ts";
import type { LedgerParameters } from "./parameters.ts";
import type { Rpc } from "./rpc.ts";

/** A compiled contract. Link references name libraries and the byte offsets of their addresses. */
export interface ContractArtifact {
  readonly abi: readonly unknown[];
  readonly bytecode: Hex;
  readonly linkReferences: Readonly<
    Record<string, Readonly<Record<string, readonly { start: number; length: number }[]>>>
  >;
}

export interface DeployOptions {
  /** Admits the first operators, then hands the registry over to the timelock (`handOverCalls`). */
  readonly council: Hex;
  readonly parameters: LedgerParameters;
  readonly members: GovernanceMembers;
  readonly periods: GovernancePeriods;
  readonly maxFeePerGasWei: bigint;
}

export interface DeployParts {
  readonly rpc: Rpc;
  readonly deployer: {
    readonly address: Hex;
    signTransaction(transaction: TransactionSerializable): Promise<Hex>;
  };
  /** Compiled contracts by name. */
  artifact(name: string): ContractArtifact;
}

/** Fixed order: each contract's address follows from the deployer's nonce, so each may know the others. */
const ORDER = [
  "Registry",
  "Intents",
  "Beacon",
  "Executions",
  "Disputes",
  "Vault",
  "Gateway",
  "Timelock",
  "Governance",
  "Directory",
] as const;

type Name = (typeof ORDER)[number];
type Addresses = Readonly<Record<Name, Hex>>;

const GAS_LIMIT = 12_000_000n;

/**
 * Deploys all contracts and the libraries that they link.
 * Errors: DeploymentError when one did not reach its address, RpcError.
 */
export async function deployLedger(
  options: DeployOptions,
  parts: DeployParts,
): Promise<Deployment> {
  const { rpc, deployer } = parts;
  const chainId = Number(await rpc.request<Hex>("eth_chainId", []));
  const fromBlock = Number(await rpc.request<Hex>("eth_blockNumber", []));
  const count = await rpc.request<Hex>("eth_getTransactionCount", [deployer.address, "latest"]);
  const sender = createSender(options, parts, chainId, Number(count));
  const libraries = await deployLibraries(parts, sender);
  const addresses = Object.fromEntries(
    ORDER.map((name, index) => [name, sender.addressAt(sender.nonce() + index)]),
  ) as Addresses;
  for (const name of ORDER) {
    const artifact = parts.artifact(name);
    const data = encodeDeployData({
      abi: artifact.abi as Abi,
      bytecode: link(artifact, libraries),
      args: constructorArguments(name, addresses, options) as unknown[],
    });
    await sender.create(name, data);
  }
  await sender.send();
  return { chainId, fromBlock: fromBlock + 1, ...contractAddresses(addresses) };
}

function contractAddresses(addresses: Addresses): Readonly<Record<ContractName, Hex>> {
  return {
    registry: addresses.Registry,
    intents: addresses.Intents,
    beacon: addresses.Beacon,
    executions: addresses.Executions,
    disputes: addresses.Disputes,
    gateway: addresses.Gateway,
    vault: addresses.Vault,
    timelock: addresses.Timelock,
    governance: addresses.Governance,
    directory: addresses.Directory,
  };
}

function constructorArguments(
  name: Name,
  at: Addresses,
  options: DeployOptions,
): readonly unknown[] {
  switch (name) {
    case "Registry":
      return [options.council, options.parameters, at.Executions, at.Beacon, at.Disputes];
    case "Intents":
      return [at.Registry, at.Executions];
    case "Beacon":
      return [at.Registry, at.Executions, at.Disputes];
    case "Executions":
      return [at.Registry, at.Intents, at.Beacon, at.Disputes];
    case "Disputes":
      return [at.Registry, at.Intents, at.Executions, at.Beacon, at.Gateway];
    case "Vault":
      return [at.Gateway];
    case "Gateway":
      return [
        at.Registry,
        at.Intents,
        at.Executions,
        at.Vault,
        forbiddenTargets(contractAddresses(at)),
      ];
    case "Timelock":
      return [options.periods.delaySec, at.Governance];
    case "Governance":
      return [governanceSetup(at, options)];
    case "Directory":
      return [at.Timelock, options.periods.noticeSec, directoryEntry(at), ""];
  }
}

function governanceSetup(at: Addresses, { members, periods }: DeployOptions): unknown {
  const { Registry: registry, Timelock: timelock, Governance: governance } = at;
  const rules = delayRules({ registry, timelock, governance, directory: at.Directory }, periods);
  const { votingSec, graceSec } = periods;
  return { timelock, registry, ...members, votingSec, graceSec, rules };
}

function directoryEntry(at: Addresses): unknown {
  return {
    registry: at.Registry,
    intents: at.Intents,
    beacon: at.Beacon,
    executions: at.Executions,
    disputes: at.Disputes,
    gateway: at.Gateway,
    vault: at.Vault,
  };
}

interface Sender {
  nonce(): number;
  addressAt(nonce: number): Hex;
  /** Signs. @returns where it is going to be. */
  create(name: string, data: Hex): Promise<Hex>;
  /** Sends what was signed, all at once: none waits for the block of the one before. */
  send(): Promise<void>;
}

interface SignedCreation {
  readonly name: string;
  readonly raw: Hex;
  readonly address: Hex;
}

function createSender(
  options: DeployOptions,
  { rpc, deployer }: DeployParts,
  chainId: number,
  firstNonce: number,
): Sender {
  let nonce = firstNonce;
  const signed: SignedCreation[] = [];
  const addressAt = (at: number): Hex =>
    getContractAddress({ from: deployer.address, nonce: BigInt(at) }).toLowerCase() as Hex;
  return {
    nonce: () => nonce,
    addressAt,
    async create(name, data) {
      const raw = await deployer.signTransaction({
        type: "eip1559",
        chainId,
        nonce,
        data,
        gas: GAS_LIMIT,
        maxFeePerGas: options.maxFeePerGasWei,
        maxPriorityFeePerGas: 0n,
      });
      const address = addressAt(nonce);
      nonce += 1;
      signed.push({ name, raw, address });
      return address;
    },
    async send() {
      // In the order of their nonces, in one array of calls.
      const sent = signed.map(({ raw }) => rpc.request<Hex>("eth_sendRawTransaction", [raw]));
      const hashes = await Promise.all(sent);
      await Promise.all(
        signed.map(({ name, address }, index) => confirm(rpc, name, hashes[index]!, address)),
      );
    },
  };
}

async function confirm(rpc: Rpc, contract: string, hash: Hex, address: Hex): Promise<void> {
  for (let look = 0; look < 600; look += 1) {
    const receipt = await rpc.request<{ status: Hex } | null>("eth_getTransactionReceipt", [hash]);
    if (receipt !== null) {
      const code = await rpc.request<Hex>("eth_getCode", [address, "latest"]);
      if (receipt.status === "0x1" && code !== "0x") return;
      throw new DeploymentError({ code: "DEPLOYMENT_FAILED", contract, reason: "reverted" });
    }
    await new Promise<void>((resolve) => setTimeout(resolve, 500));
  }
  throw new DeploymentError({ code: "DEPLOYMENT_FAILED", contract, reason: "not mined in time" });
}

/** Libraries with external functions, each once, by `<source file>:<library>` as artifacts name them. */
async function deployLibraries(
  parts: DeployParts,
  sender: Sender,
): Promise<ReadonlyMap<string, Hex>> {
  const deployed = new Map<string, Hex>();
  const visit = async (artifact: ContractArtifact): Promise<void> => {
    for (const [source, libraries] of Object.entries(artifact.linkReferences)) {
      for (const library of Object.keys(libraries)) {
        const key = `${source}:${library}`;
        if (deployed.has(key)) continue;
        const own = parts.artifact(library);
        await visit(own);
        deployed.set(key, await sender.create(library, link(own, deployed)));
      }
    }
  };
  for (const name of ORDER) await visit(parts.artifact(name));
  return deployed;
}

function link(artifact: ContractArtifact, libraries: ReadonlyMap<string, Hex>): Hex {
  let code = artifact.bytecode.slice(2);
  for (const [source, names] of Object.entries(artifact.linkReferences)) {
    for (const [library, places] of Object.entries(names)) {
      const address = libraries.get(`${source}:${library}`);
      if (address === undefined) {
        throw new DeploymentError({
          code: "DEPLOYMENT_FAILED",
          contract: library,
          reason: "not deployed",
        });
      }
      for (const { start, length } of places) {
        code = code.slice(0, start * 2) + address.slice(2) + code.slice((start + length) * 2);
      }
    }
  }
  return concatHex([`0x${code}`]);
}
