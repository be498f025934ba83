import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  connectLedger,
  connectNodeApi,
  createRpc,
  type Deployment,
  DeploymentError,
  type Ledger,
  type NodeApi,
  parseDeployment,
  patientNode,
  wait,
} from "@deed/sdk";
import { cliError } from "./cli-error.ts";
import { readJson } from "./files.ts";
import { requireProtected } from "./links.ts";
import type { Terminal } from "./terminal.ts";

/** The options by which a command finds its network. */
export interface PlaceOptions {
  readonly node?: string;
  readonly rpc?: string;
  readonly deployment?: string;
  readonly dir?: string;
  readonly allowPlaintext?: boolean;
}

/** A network: its contracts, and how to reach node and ledger as far as that is known. */
export interface Place {
  readonly deployment: Deployment;
  /** Chains besides the ledger's whose events may trigger. */
  readonly otherChains: readonly number[];
  readonly nodeUrl: string | null;
  readonly rpcUrl: string | null;
  /** Where this was found, for messages. */
  readonly source: string;
}

interface StateFile {
  readonly deployment: unknown;
  readonly rpcPort: number;
  readonly nodes: readonly { readonly apiPort: number }[];
}

const STATE_FOLDER = ".deed";
const STATE_FILE = "network.json";
const HEALTH_MS = 2_000;

/** Finds the network: by --node, by --deployment, or by the state file of an embedded one. Errors: CliError. */
export async function findPlace(options: PlaceOptions): Promise<Place> {
  const place = await lookForPlace(options);
  if (place !== null) return place;
  const message = "no network: neither --node nor --deployment, and no embedded network here";
  const remedy = "Start one with `deed dev`, or name a node with --node URL.";
  throw cliError("CLI_NO_NETWORK", message, remedy);
}

/** The same; null when nothing names a network. */
export async function lookForPlace(options: PlaceOptions): Promise<Place | null> {
  const accepts = options.allowPlaintext ?? false;
  if (options.rpc !== undefined) requireProtected(options.rpc, "--rpc", accepts);
  if (options.node !== undefined) {
    return placeOfNode(requireProtected(options.node, "--node", accepts), options);
  }
  if (options.deployment !== undefined) {
    const deployment = readDeployment(options.deployment);
    const source = options.deployment;
    return { deployment, otherChains: [], nodeUrl: null, rpcUrl: options.rpc ?? null, source };
  }
  const path = stateFile(options.dir);
  return path === null ? null : placeOfState(path, options.rpc ?? null);
}

async function placeOfNode(url: string, options: PlaceOptions): Promise<Place> {
  const { deployment, otherChains, rpcUrl } = await patientNode(nodeAt(url), {
    say: () => undefined,
    wait,
  }).info();
  const place = { deployment, otherChains, nodeUrl: url, source: url };
  if (options.rpc !== undefined) return { ...place, rpcUrl: options.rpc };
  // What a node says is no more than a hint: it must not lead into plaintext either.
  if (rpcUrl !== null) requireProtected(rpcUrl, "the node's", options.allowPlaintext ?? false);
  return { ...place, rpcUrl };
}

/** @returns null when there is none, here or in a folder above. */
function stateFile(directory: string | undefined): string | null {
  if (directory !== undefined) {
    const path = join(directory, STATE_FILE);
    if (existsSync(path)) return path;
    const remedy = "Start a network there with `deed dev --dir`, or name another folder.";
    throw cliError("CLI_NO_NETWORK", `${directory} holds no network`, remedy);
  }
  for (let folder = resolve("."); ; folder = dirname(folder)) {
    const path = join(folder, STATE_FOLDER, STATE_FILE);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return null;
  }
}

/** The folder of the embedded network that the options mean. Errors: CLI_NO_NETWORK. */
export function embeddedFolder(directory: string | undefined): string {
  const path = stateFile(directory);
  if (path !== null) return dirname(path);
  const remedy = "Start one with `deed dev`, or name its folder with --dir.";
  throw cliError("CLI_NO_NETWORK", "no embedded network here", remedy);
}

async function placeOfState(path: string, rpc: string | null): Promise<Place> {
  const state = readJson(path) as StateFile | null;
  if (state === null || !Array.isArray(state.nodes) || typeof state.rpcPort !== "number") {
    const remedy = "Start the network anew with `deed dev --fresh`.";
    throw cliError("CLI_FILE_MALFORMED", `${path} is no state of a network`, remedy);
  }
  const urls = state.nodes.map(({ apiPort }) => `http://127.0.0.1:${apiPort}`);
  return {
    deployment: deploymentOf(state.deployment, path),
    otherChains: [],
    nodeUrl: await firstAnswering(urls),
    rpcUrl: rpc ?? `http://127.0.0.1:${state.rpcPort}`,
    source: path,
  };
}

/** Nodes of an embedded network come and go: the first that answers will do. */
async function firstAnswering(urls: readonly string[]): Promise<string | null> {
  for (const url of urls) {
    const health = await nodeAt(url, HEALTH_MS)
      .health()
      .catch(() => null);
    if (health !== null) return url;
  }
  return urls[0] ?? null;
}

export function readDeployment(path: string): Deployment {
  const json = readJson(path) as { readonly deployment?: unknown } | null;
  // A network's state file holds one, too.
  return deploymentOf(json?.deployment ?? json, path);
}

function deploymentOf(json: unknown, path: string): Deployment {
  try {
    return parseDeployment(json);
  } catch (cause) {
    if (!(cause instanceof DeploymentError)) throw cause;
    const remedy = "A deployment has chainId, fromBlock and the contracts' addresses.";
    throw cliError("CLI_FILE_MALFORMED", `${path}: ${cause.message}`, remedy, { cause });
  }
}

function nodeAt(url: string, timeoutMs?: number): NodeApi {
  return connectNodeApi({ url, ...(timeoutMs === undefined ? {} : { timeoutMs }) }, { fetch });
}

/** The place's node; one that limits requests is asked again when it says. Errors: CliError CLI_NO_NODE. */
export function nodeOf(place: Place, { say }: Pick<Terminal, "say">): NodeApi {
  if (place.nodeUrl !== null) return patientNode(nodeAt(place.nodeUrl), { say, wait });
  const message = `${place.source} names no node`;
  throw cliError("CLI_NO_NODE", message, "Name one with --node URL.");
}

/** The place's ledger. Errors: CliError CLI_NO_LEDGER. */
export function ledgerOf(place: Place): Ledger {
  if (place.rpcUrl !== null) {
    return connectLedger(place.deployment, { rpc: createRpc({ url: place.rpcUrl }, { fetch }) });
  }
  const message = `${place.source} names no endpoint of the ledger`;
  throw cliError("CLI_NO_LEDGER", message, "Name one with --rpc URL.");
}
