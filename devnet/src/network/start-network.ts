import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readArtifact } from "@deed/contracts/artifact";
import { openRpcPost } from "@deed/node";
import type { Hex } from "@deed/protocol/encoding";
import {
  createRpc,
  DEVNET_PARAMETERS,
  DEVNET_PERIODS,
  type Deployment,
  deployLedger,
  type LedgerParameters,
  type Rpc,
} from "@deed/sdk";
import { type SpawnedChain, spawnChain } from "../chain/spawn-chain.ts";
import { fundedAccounts, type NetworkAccounts, openAccounts } from "./accounts.ts";
import { admitAll } from "./admit.ts";
import { chainProgress } from "./chain-progress.ts";
import { freePorts } from "./free-port.ts";
import {
  type NetworkFile,
  type NodePorts,
  readNetworkFile,
  writeNetworkFile,
} from "./network-file.ts";
import { nodeEnvironment } from "./node-environment.ts";
import { NodeFleet } from "./node-fleet.ts";
import type { NodeCode, NodeProcess } from "./node-process.ts";
import {
  beginRegistration,
  type EarlyRegistration,
  endRegistration,
  type NodeFolder,
  prepareNodeFolder,
} from "./registration.ts";
import { createSender } from "./sender.ts";
import { renderSignerUsers, type SignerUsers, signerUsers } from "./signer-users.ts";

export interface AuditSettings {
  readonly everyEntries: number;
  readonly everyMinutes: number;
  readonly witnessSeconds: number;
}

export interface NetworkOptions {
  /** Holds everything; made when missing. */
  readonly directory: string;
  /** Begin anew: whatever the directory held is removed. */
  readonly fresh: boolean;
  /** Seven is the least that the protocol allows; each operator runs one node. */
  readonly operators: number;
  readonly parameters?: LedgerParameters;
  /** Of the embedded chain; 31337 when left out. */
  readonly chainId?: number;
  /** By how much the network's date is ahead of the system's; negative for one that has passed. */
  readonly clockShiftSec?: number;
  /** Code of contracts that are there from the first block on, by their addresses. */
  readonly contracts?: Readonly<Record<Hex, Hex>>;
  /** Origins on loopback that workflows may reach. */
  readonly privateOrigins: readonly string[];
  /** Endpoints of other chains, by chain id. */
  readonly otherChains?: Readonly<Record<number, string>>;
  /** Where origins lead instead of to what their names say, as `host:port`. */
  readonly targets?: Readonly<Record<string, string>>;
  /** PEM file of an authority that requests of workflows trust, too. */
  readonly targetCaFile?: string;
  /** Files that say where the keys of new nodes are, by node number; of the others they are in keystores. */
  readonly keysFiles?: Readonly<Record<number, string>>;
  /** Executors that lie, by node number. For demonstrations. */
  readonly tamper?: Readonly<Record<number, string>>;
  /** Life of the nodes' leaf certificates, for tests; an hour when left out. */
  readonly leafSec?: number;
  /** When the nodes put checkpoints of their signers' logs on the ledger and show them to witnesses; left out, the nodes' own default. */
  readonly audit?: (nodeNo: number) => AuditSettings;
  /** Blocks between two checkpoints of the chain; left out, the chain's own default. */
  readonly checkpointBlocks?: number;
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  /** What the nodes run from; left out, what this code runs from. */
  readonly nodeCode?: NodeCode;
  /** The endpoint that a node is given for the chain's; left out, the chain's own. */
  rpcUrlOf?(nodeNo: number, chainUrl: string): string;
}

export interface NetworkParts {
  /** Told what is being done, for people. */
  onProgress?(message: string): void;
  /** Done while the nodes start: the contracts are there, the operators admitted. */
  whileStarting?(founded: FoundedNetwork): Promise<void>;
}

/** A network whose nodes are still to start. */
export type FoundedNetwork = Pick<
  Network,
  "directory" | "deployment" | "rpc" | "rpcUrl" | "wsUrl" | "accounts" | "isResumed"
>;

/** A running embedded network: chain, contracts, nodes with their signers. */
export interface Network {
  readonly directory: string;
  readonly deployment: Deployment;
  readonly rpc: Rpc;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  /** The chain's process; another one after `restartChain`. */
  readonly chain: SpawnedChain;
  readonly nodes: readonly NodeProcess[];
  readonly accounts: NetworkAccounts;
  /** True when the directory held a network already. */
  readonly isResumed: boolean;
  /** Starts a node again that ended. */
  restartNode(nodeNo: number): Promise<NodeProcess>;
  /** Starts the chain again, at the same address, after its process ended. */
  restartChain(): Promise<SpawnedChain>;
  close(): Promise<void>;
}

const DEFAULT_CHAIN_ID = 31337;
const FUNDS_WEI = 10n ** 24n;

/** Starts a network, or the one that the directory holds. Errors: NetworkError, ChainError. */
export async function startNetwork(
  options: NetworkOptions,
  parts: NetworkParts = {},
): Promise<Network> {
  const say = parts.onProgress ?? (() => undefined);
  const { directory } = options;
  if (options.fresh) rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const known = readNetworkFile(directory);
  const accounts = openAccounts(directory, options.operators);
  say(known === null ? "Starting a new chain" : "Starting the chain again");
  const preparing = prepareFolders(options, known !== null);
  // Looked at below; until then a failure of it waits for the chain's start.
  preparing.catch(() => undefined);
  const fleet = fleetOf(options);
  const connections = openRpcPost();
  const startChain = (port: number): Promise<SpawnedChain> =>
    startChainProcess(options, { accounts, port, say });
  let closeChain = (): Promise<void> => Promise.resolve();
  const close = async (): Promise<void> => {
    await fleet.close();
    connections.close();
    await closeChain();
  };
  try {
    let chain = await startChain(known?.rpcPort ?? (await freePorts(1))[0]!);
    closeChain = () => chain.close();
    const rpc = createRpc({ url: chain.rpcUrl }, connections);
    const file = known ?? (await found(options, { rpc, chain, accounts, preparing, say }));
    const folders = (await preparing).map(({ folder }) => folder);
    const users = usersOf(options, file);
    writeNetworkFile(directory, { ...file, rpcPort: chain.port, ...firstUidOf(users) });
    say(`Starting ${options.operators} nodes, each with a signer of its own`);
    say(renderSignerUsers(users, options.operators));
    const start = (nodeNo: number): Promise<NodeProcess> => {
      const folder = folders[nodeNo - 1]!;
      const ports = file.nodes[nodeNo - 1]!;
      const config = nodeConfig(options, { folder, ports, chain, file, users });
      return fleet.start({ nodeNo, directory: folder.directory, config });
    };
    const founded: FoundedNetwork = {
      directory,
      deployment: file.deployment,
      rpc,
      rpcUrl: chain.rpcUrl,
      wsUrl: chain.wsUrl,
      accounts,
      isResumed: known !== null,
    };
    await allStarted([
      ...file.nodes.map(({ nodeNo }) => start(nodeNo)),
      parts.whileStarting?.(founded),
    ]);
    say(`Runs take place in: ${sandboxesOf(fleet)}`);
    return {
      ...founded,
      get chain() {
        return chain;
      },
      get nodes() {
        return fleet.running;
      },
      restartNode: start,
      restartChain: async () => {
        chain = await startChain(chain.port);
        return chain;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function fleetOf(options: NetworkOptions): NodeFleet {
  const environmentOf = (nodeNo: number) => nodeEnvironment(nodeNo, options, process.env);
  return new NodeFleet({ nodes: options.operators, code: options.nodeCode, environmentOf });
}

/** A directory that was moved keeps its users: its files are theirs. */
function usersOf({ directory }: NetworkOptions, { firstSignerUid }: NetworkFile): SignerUsers {
  const users = signerUsers(directory, process.getuid?.());
  if (users.kind === "shared" || firstSignerUid === undefined) return users;
  return { kind: "own", firstUid: firstSignerUid };
}

function firstUidOf(users: SignerUsers): Pick<NetworkFile, "firstSignerUid"> {
  return users.kind === "own" ? { firstSignerUid: users.firstUid } : {};
}

/** Of all nodes; more than one where a start found the first not working. */
function sandboxesOf(fleet: NodeFleet): string {
  const names = fleet.running.map(({ sandbox }) => sandbox ?? "no executor");
  return [...new Set(names)].join(", ");
}

interface PreparedFolder {
  readonly folder: NodeFolder;
  /** Null in a network whose nodes are registered. */
  readonly early: EarlyRegistration | null;
}

function prepareFolders(
  { directory, operators, chainId = DEFAULT_CHAIN_ID, keysFiles = {} }: NetworkOptions,
  isRegistered: boolean,
): Promise<PreparedFolder[]> {
  const numbers = Array.from({ length: operators }, (_, index) => index + 1);
  return Promise.all(
    numbers.map(async (operatorNo) => {
      const folder = await prepareNodeFolder(
        join(directory, `node-${operatorNo}`),
        keysFiles[operatorNo],
      );
      if (isRegistered) return { folder, early: null };
      return { folder, early: await beginRegistration(folder, { chainId, operatorNo }) };
    }),
  );
}

/** Waits for all, also after one failed: a child that is still starting must be there to be closed. */
async function allStarted(starts: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  const ends = await Promise.allSettled(starts);
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

interface ChainStart {
  readonly accounts: NetworkAccounts;
  readonly port: number;
  say(message: string): void;
}

function startChainProcess(options: NetworkOptions, start: ChainStart): Promise<SpawnedChain> {
  const { directory, chainId = DEFAULT_CHAIN_ID, checkpointBlocks } = options;
  const { clockShiftSec = 0, contracts = {} } = options;
  const { accounts, port, say } = start;
  const funded = fundedAccounts(accounts);
  return spawnChain(
    {
      directory: join(directory, "chain"),
      chainId,
      clockShiftSec,
      port,
      ...(checkpointBlocks === undefined ? {} : { checkpointBlocks }),
      accounts: [
        ...funded.map(({ address }) => ({ address, balance: `0x${FUNDS_WEI.toString(16)}` })),
        ...Object.entries(contracts).map(([address, code]) => ({ address, balance: "0x0", code })),
      ],
    },
    {
      onLog: (line) => {
        const message = chainProgress(line);
        if (message !== null) say(message);
      },
    },
  );
}

interface Founding {
  readonly rpc: Rpc;
  readonly chain: SpawnedChain;
  readonly accounts: NetworkAccounts;
  readonly preparing: Promise<readonly PreparedFolder[]>;
  say(message: string): void;
}

/** Deploys the contracts and admits the operators of a new network. */
async function found(options: NetworkOptions, parts: Founding): Promise<NetworkFile> {
  const { rpc, chain, accounts, preparing, say } = parts;
  const parameters = options.parameters ?? DEVNET_PARAMETERS;
  say("Deploying the contracts");
  const deployer = addressOf(accounts.deployer);
  const members = {
    council: accounts.council.map(addressOf),
    councilThreshold: majorityOf(accounts.council.length),
    guardians: accounts.guardians.map(addressOf),
    guardianThreshold: majorityOf(accounts.guardians.length),
  };
  const deployment = await deployLedger(
    { council: deployer, parameters, members, periods: DEVNET_PERIODS, maxFeePerGasWei: 0n },
    {
      rpc,
      deployer: {
        address: deployer,
        signTransaction: (tx) => accounts.deployer.signTransaction(tx),
      },
      artifact: readArtifact,
    },
  );
  const prepared = await preparing;
  const ports = await freePorts(2 * prepared.length);
  const nodes: readonly NodePorts[] = prepared.map((_, index) => ({
    nodeNo: index + 1,
    operatorNo: index + 1,
    peerPort: ports[2 * index]!,
    apiPort: ports[2 * index + 1]!,
  }));
  say(`Admitting ${options.operators} operators`);
  const registrations = await Promise.all(
    prepared.flatMap(({ early }, index) =>
      early === null
        ? []
        : endRegistration(early, {
            deployment,
            operatorNo: index + 1,
            endpoint: `https://127.0.0.1:${nodes[index]!.peerPort}`,
          }),
    ),
  );
  const { chainId } = chain;
  await admitAll(deployment, parameters, {
    deployer: createSender(accounts.deployer, { rpc, chainId }),
    cold: accounts.cold.map((account) => createSender(account, { rpc, chainId })),
    registrations,
  });
  return { network: "deed.network.1", deployment, rpcPort: chain.port, nodes };
}

function addressOf(account: { readonly address: Hex }): Hex {
  return account.address.toLowerCase() as Hex;
}

function majorityOf(members: number): number {
  return Math.floor(members / 2) + 1;
}

function nodeConfig(
  options: NetworkOptions,
  parts: {
    readonly folder: NodeFolder;
    readonly ports: NodePorts;
    readonly chain: SpawnedChain;
    readonly file: NetworkFile;
    readonly users: SignerUsers;
  },
): unknown {
  const { folder, ports, chain, file, users } = parts;
  const tamper = options.tamper?.[ports.nodeNo];
  return {
    nodeNo: ports.nodeNo,
    dataDirectory: folder.directory,
    deployment: file.deployment,
    rpcUrl: options.rpcUrlOf?.(ports.nodeNo, chain.rpcUrl) ?? chain.rpcUrl,
    wsUrl: chain.wsUrl,
    signer: {
      directory: folder.signerDirectory,
      passphraseFile: folder.passphraseFile,
      // A token and its PIN are this user's: a signer of another could not reach them.
      ...(folder.keysFile === null ? {} : { keysFile: folder.keysFile }),
      ...(users.kind === "own" && folder.keysFile === null
        ? { uid: users.firstUid + ports.nodeNo }
        : {}),
    },
    peers: { host: "127.0.0.1", port: ports.peerPort, ...leafOf(options) },
    api: { host: "127.0.0.1", port: ports.apiPort },
    fees: { kind: "free" },
    privateOrigins: options.privateOrigins,
    chains: options.otherChains ?? {},
    targets: options.targets ?? {},
    ...(options.targetCaFile === undefined ? {} : { targetCaFile: options.targetCaFile }),
    log: { level: options.logLevel ?? "info", file: join(folder.directory, "node.log") },
    clockShiftSec: options.clockShiftSec ?? 0,
    exitWithParent: true,
    ...(options.audit === undefined ? {} : { audit: options.audit(ports.nodeNo) }),
    ...(tamper === undefined ? {} : { tamper, allowTamper: true }),
  };
}

function leafOf({ leafSec }: NetworkOptions): { readonly leafSec?: number } {
  return leafSec === undefined ? {} : { leafSec };
}
