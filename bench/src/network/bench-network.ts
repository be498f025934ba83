import { join } from "node:path";
import {
  createSender,
  type EchoServer,
  type Network,
  registerWorkflow,
  type SignedWorkflow,
  signWorkflow,
  startEcho,
  startNetwork,
} from "@deed/devnet";
import {
  createWasmHasher,
  denseOccurrenceId,
  domainSeparator,
  executionId,
  fireDigest,
  type Hasher,
  type Hex,
  hexToBytes,
  type Json,
  jsonHash,
} from "@deed/protocol/encoding";
import { connectLedger, connectNodeApi, type Ledger, type NodeApi, NodeApiError } from "@deed/sdk";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { type NativeAccount, openAccount } from "../measure/native-account.ts";
import { BenchError } from "../row.ts";
import { benchWorkflow } from "./bench-workflow.ts";
import { LedgerWatch, type Progress } from "./ledger-watch.ts";

/** One fire and what became of it. */
export interface Fired extends Progress {
  readonly executionId: Hex;
  readonly firedMs: number;
}

/** The embedded network with the workflow of the measurements registered. */
export interface BenchNetwork {
  readonly network: Network;
  readonly ledger: Ledger;
  readonly apis: readonly NodeApi[];
  /** Chain and nodes; everything else of the network is below them. */
  readonly pids: readonly number[];
  /** Fires at the next node in turn and waits until it is final. */
  fire(signal: AbortSignal): Promise<Fired>;
  /** Watches the ledger no more, for which the chain makes blocks. Fires come to no end afterwards. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

export interface BenchNetworkParts {
  readonly directory: string;
  say(message: string): void;
}

const OPERATORS = 7;
const EXPIRES_MS = 7 * 24 * 3_600_000;
const VALID_SEC = 600;
/** The nodes' own limits are not what is measured; a fire that meets one tries again. */
const LIMITED_WAIT_MS = 20;

/** Starts it. Errors: NetworkError, ChainError, BenchError. */
export async function openBenchNetwork(parts: BenchNetworkParts): Promise<BenchNetwork> {
  const echo = await startEcho();
  try {
    const network = await startNetwork(
      {
        ...{ directory: join(parts.directory, "network"), fresh: true, operators: OPERATORS },
        ...{ privateOrigins: [echo.url], logLevel: "warn" },
      },
      { onProgress: (message) => parts.say(message) },
    );
    try {
      return await withWorkflow(network, echo);
    } catch (error) {
      await network.close();
      throw error;
    }
  } catch (error) {
    await echo.close();
    throw error;
  }
}

async function withWorkflow(network: Network, echo: EchoServer): Promise<BenchNetwork> {
  const { deployment, rpc, nodes, chain } = network;
  const ledger = connectLedger(deployment, { rpc });
  const key = generatePrivateKey();
  const owner = privateKeyToAccount(key);
  const expires = `${new Date(Date.now() + EXPIRES_MS).toISOString().slice(0, 19)}Z`;
  const yaml = benchWorkflow({ echoUrl: echo.url, expires });
  const terms = { deployment, owner, nonce: 1n, fileName: "bench.yaml" };
  const workflow = await signWorkflow(yaml, terms);
  const sender = createSender(owner, { rpc, chainId: deployment.chainId });
  await registerWorkflow(workflow, { ledger, sender });
  const apis = nodes.map((node) => apiOf(node.apiUrl));
  const watch = new LedgerWatch(ledger);
  watch.start();
  const fire = await firer({
    ...{ ledger, apis, watch, workflow, owner: await openAccount(hexToBytes(key)) },
    hasher: await createWasmHasher(),
  });
  return {
    ...{ network, ledger, apis, fire },
    pids: [chain.pid, ...nodes.map(({ pid }) => pid)],
    rest: () => watch.close(),
    close: async () => {
      await watch.close();
      await network.close();
      await echo.close();
    },
  };
}

function apiOf(url: string): NodeApi {
  if (url !== "") return connectNodeApi({ url }, { fetch });
  throw new BenchError({ code: "CANNOT_RUN", reason: "the nodes have no API" });
}

interface FirerParts {
  readonly ledger: Ledger;
  readonly apis: readonly NodeApi[];
  readonly watch: LedgerWatch;
  readonly workflow: SignedWorkflow;
  readonly owner: NativeAccount;
  readonly hasher: Hasher;
}

async function firer(parts: FirerParts): Promise<BenchNetwork["fire"]> {
  const { ledger, apis, watch, workflow, owner, hasher } = parts;
  const { intentHash } = workflow;
  const { deployment } = ledger;
  const { chainId, intents } = deployment;
  const separator = domainSeparator({ chainId, verifyingContract: intents }, hasher);
  let ordinal = 0;
  return async (signal) => {
    ordinal += 1;
    const input: Json = { n: ordinal };
    const firedAtSec = Math.floor(Date.now() / 1000);
    const validUntilSec = firedAtSec + VALID_SEC;
    const inputHash = jsonHash(input, hasher);
    const fire = { intentHash, ordinal, inputHash, firedAtSec, validUntilSec };
    const signature = owner.signDigest(fireDigest(fire, separator, hasher));
    const name = executionId(
      deployment,
      intentHash,
      denseOccurrenceId("manual", ordinal, hasher),
      hasher,
    );
    const api = apis[ordinal % apis.length]!;
    const firedMs = performance.now();
    const ended = watch.untilFinal(name, signal);
    const submission = { ordinal, input, firedAtSec, validUntilSec, signature };
    const submitted = whileLimited(() => api.fire(intentHash, submission, signal));
    const [progress] = await Promise.all([ended, submitted]);
    return { ...progress, executionId: name, firedMs };
  };
}

/** Makes a call again as long as the node's own limits refuse it. */
async function whileLimited<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, LIMITED_WAIT_MS));
    }
  }
}

/** A limit of the node, or an intent that the node has not read yet. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof NodeApiError) || error.failure.code !== "NODE_REFUSED") return false;
  return ["API_RATE_LIMITED", "FIRE_UNKNOWN_INTENT"].includes(error.failure.reason);
}
