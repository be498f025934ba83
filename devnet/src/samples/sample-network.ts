import type { Hex, Json } from "@deed/protocol/encoding";
import {
  connectLedger,
  connectNodeApi,
  type FiredExecution,
  type Ledger,
  type NodeApi,
} from "@deed/sdk";
import { type EchoedRequest, type EchoServer, startEcho } from "../echo/echo-server.ts";
import { createSender, type Sender, type SenderParts } from "../network/sender.ts";
import {
  type FoundedNetwork,
  type Network,
  type NetworkOptions,
  startNetwork,
} from "../network/start-network.ts";
import { pause } from "../story/pause.ts";
import { registerWorkflow } from "../workflows/register-workflow.ts";
import { type SignedWorkflow, signFire, signWorkflow } from "../workflows/sign-workflow.ts";
import { WorkflowError } from "../workflows/workflow-error.ts";
import { deploySampleContracts, tokenTransfer } from "./sample-contracts.ts";
import { readSampleState, type SampleState, writeSampleState } from "./sample-state.ts";
import { SAMPLES } from "./samples.ts";

export interface SampleNetworkOptions extends Omit<NetworkOptions, "privateOrigins" | "operators"> {
  /** Origins on loopback that workflows may reach besides the echo server's. */
  readonly otherOrigins?: readonly string[];
}

/** `onAcknowledged` is told of the owner's transactions. */
export interface SampleNetworkParts extends Pick<SenderParts, "onAcknowledged"> {
  nowMs(): number;
  onProgress?(message: string): void;
  /** Told of each request that the echo server gets. */
  onRequest?(request: EchoedRequest): void;
  /** Delays an answer of the echo server. */
  delay?(request: EchoedRequest): Promise<void>;
}

/** A network with the sample contracts, the echo server and the registered sample workflows. */
export interface SampleNetwork {
  readonly network: Network;
  readonly ledger: Ledger;
  readonly echo: EchoServer;
  readonly state: SampleState;
  /** Newest block of earlier starts; 0 in a new network. */
  readonly pastBlock: number;
  /** The owner's transactions. */
  readonly sender: Sender;
  /** By the workflow's name. */
  readonly workflows: ReadonlyMap<string, SignedWorkflow>;
  /** Signs and registers one more workflow. */
  register(yaml: string, fileName: string): Promise<SignedWorkflow>;
  /** Moves sample tokens: the event that two samples watch. */
  transfer(amount: bigint): Promise<void>;
  /** Fires a manual workflow by a node's API. */
  fire(workflow: SignedWorkflow, fire: FireWish): Promise<FiredExecution>;
  close(): Promise<void>;
}

export interface FireWish {
  readonly ordinal: number;
  readonly input: Json;
  /** Whose API takes it. */
  readonly nodeNo: number;
  /** The same for one fire that is sent again; now when left out. */
  readonly firedAtMs?: number;
}

const OPERATORS = 7;
const LIFETIME_MS = 365 * 24 * 3_600_000;
const FIRE_VALID_SEC = 3_600;
/** A node reads a registration within moments; a stopped one never does. */
const KNOWN_MS = 60_000;
const LOOK_MS = 50;

/** Starts the network with its samples, or the one that the directory holds. Errors: NetworkError, WorkflowError. */
export async function startSampleNetwork(
  options: SampleNetworkOptions,
  parts: SampleNetworkParts,
): Promise<SampleNetwork> {
  const { directory, fresh } = options;
  const known = fresh ? null : readSampleState(directory);
  const echo = await startEcho({ port: known?.echoPort ?? 0 }, parts);
  const prepared: { samples: PreparedSamples | null } = { samples: null };
  try {
    const network = await startNetwork(
      {
        ...options,
        operators: OPERATORS,
        privateOrigins: [echo.url, ...(options.otherOrigins ?? [])],
      },
      {
        onProgress: (message) => parts.onProgress?.(message),
        whileStarting: async (founded) => {
          prepared.samples = await prepareSamples(founded, { echo, known, ...parts });
        },
      },
    );
    const { samples } = prepared;
    const otherChains = Object.keys(options.otherChains ?? {}).map(Number);
    if (samples === null) throw new TypeError("a network without samples");
    await registerIntervals(samples);
    return {
      network,
      echo,
      ...samples,
      ...sampleActions(network, samples, { ...parts, otherChains }),
      close: async () => {
        await network.close();
        await echo.close();
      },
    };
  } catch (error) {
    await echo.close();
    throw error;
  }
}

/** Resolves when a node has read an intent's registration. */
async function knownTo(nodeApi: NodeApi, intentHash: Hex): Promise<void> {
  const limit = AbortSignal.timeout(KNOWN_MS);
  while ((await nodeApi.intent(intentHash, limit)) === null) await pause(LOOK_MS, limit);
}

/** An interval begins with its registration: before there are nodes its ticks would only pile up. */
async function registerIntervals({ workflows, ledger, sender }: PreparedSamples): Promise<void> {
  for (const workflow of workflows.values()) {
    if (workflow.intent.period > 0) await registerWorkflow(workflow, { ledger, sender });
  }
}

type PreparedSamples = Pick<
  SampleNetwork,
  "ledger" | "state" | "pastBlock" | "sender" | "workflows"
>;

async function prepareSamples(
  founded: FoundedNetwork,
  parts: SampleNetworkParts & { readonly echo: EchoServer; readonly known: SampleState | null },
): Promise<PreparedSamples> {
  const { deployment, rpc, accounts, directory } = founded;
  const { echo } = parts;
  const ledger = connectLedger(deployment, { rpc });
  const pastBlock = parts.known === null ? 0 : (await ledger.head()).number;
  const { owner } = accounts;
  const { onAcknowledged } = parts;
  const sender = createSender(owner, {
    ...{ rpc, chainId: deployment.chainId },
    ...(onAcknowledged && { onAcknowledged }),
  });
  let state = parts.known;
  if (state === null) {
    parts.onProgress?.("Deploying the sample contracts");
    const contracts = await deploySampleContracts(sender);
    const expires = `${new Date(parts.nowMs() + LIFETIME_MS).toISOString().slice(0, 19)}Z`;
    state = { samples: "deed.samples.1", contracts, echoPort: echo.port, expires };
    // Written before the first registration: the samples must come out the same the next time.
    writeSampleState(directory, state);
    parts.onProgress?.("Signing and registering the sample workflows");
  }
  const places = {
    chainId: deployment.chainId,
    tokenAddress: state.contracts.token,
    counterAddress: state.contracts.counter,
    echoUrl: echo.url,
    expires: state.expires,
  };
  const signed = await Promise.all(
    SAMPLES.map(({ fileName, yaml }, index) =>
      signWorkflow(yaml(places), { deployment, owner, nonce: BigInt(index + 1), fileName }),
    ),
  );
  const early = signed.filter(({ intent }) => intent.period === 0);
  await Promise.all(early.map((workflow) => registerWorkflow(workflow, { ledger, sender })));
  const workflows = new Map(signed.map((workflow) => [workflow.intent.name, workflow]));
  return { ledger, state, pastBlock, sender, workflows };
}

/** What people do with the samples. Errors: WorkflowError, NetworkError, NodeApiError. */
export function sampleActions(
  network: Network,
  samples: PreparedSamples,
  parts: SampleNetworkParts & { readonly otherChains?: readonly number[] },
): Pick<SampleNetwork, "register" | "transfer" | "fire"> {
  const { deployment, accounts } = network;
  const { ledger, sender, state } = samples;
  const { owner } = accounts;
  // The samples have their places for nonces; later ones begin with the time, so that no start repeats them.
  let nonce = BigInt(parts.nowMs()) * 1_000n;
  return {
    register: async (yaml, fileName) => {
      nonce += 1n;
      const { otherChains } = parts;
      const terms = { deployment, owner, nonce, fileName, ...(otherChains && { otherChains }) };
      const workflow = await signWorkflow(yaml, terms);
      await registerWorkflow(workflow, { ledger, sender });
      return workflow;
    },
    transfer: async (amount) => {
      const to = accounts.deployer.address.toLowerCase() as Hex;
      await sender.send("transfer", tokenTransfer(state.contracts.token, to, amount));
    },
    fire: async ({ intentHash, intent }, { ordinal, input, nodeNo, firedAtMs }) => {
      const node = network.nodes.find((found) => found.nodeNo === nodeNo);
      if (node === undefined || node.apiUrl === "") {
        throw new WorkflowError({ code: "WORKFLOW_NODE_WITHOUT_API", name: intent.name, nodeNo });
      }
      const firedAtSec = Math.floor((firedAtMs ?? parts.nowMs()) / 1000);
      const validUntilSec = firedAtSec + FIRE_VALID_SEC;
      const terms = { deployment, owner, intentHash, ordinal, input, firedAtSec, validUntilSec };
      const nodeApi = connectNodeApi({ url: node.apiUrl }, { fetch });
      await knownTo(nodeApi, intentHash);
      return nodeApi.fire(intentHash, await signFire(terms));
    },
  };
}
