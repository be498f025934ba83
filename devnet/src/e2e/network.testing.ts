import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStore, type StoreReader } from "@deed/node/store";
import type { Hex, Json } from "@deed/protocol/encoding";
import { type EventOf, type LedgerFact, ledgerCalls } from "@deed/sdk";
import { signerOf } from "../kills/signer-of.ts";
import type { SampleNetwork, SampleNetworkOptions } from "../samples/sample-network.ts";
import { startSampleNetwork } from "../samples/sample-network.ts";
import type { ExecutionStory } from "../story/execution-story.ts";
import { type FollowedLedger, followLedger } from "../story/follow-ledger.ts";
import { pause } from "../story/pause.ts";
import type { SignedWorkflow } from "../workflows/sign-workflow.ts";
import { Gates } from "./gates.testing.ts";

/** A network of real processes for end-to-end tests. */
export interface TestNetwork {
  readonly samples: SampleNetwork;
  readonly follow: FollowedLedger;
  readonly gates: Gates;
  /** Registers a workflow that is fired by hand. */
  manual(name: string, terms: ManualTerms): Promise<SignedWorkflow>;
  /** Fires with the next ordinal; the answer is the acknowledgement. */
  fire(workflow: SignedWorkflow, input?: Json): Promise<Hex>;
  /** All that was acknowledged. */
  readonly acknowledged: readonly Hex[];
  /** What the ledger tells of an execution, once `find` likes it. */
  until(executionId: Hex, find: (story: ExecutionStory) => boolean): Promise<ExecutionStory>;
  final(executionId: Hex): Promise<ExecutionStory>;
  events<Name extends LedgerFact["name"]>(name: Name): readonly EventOf<Name>[];
  revoke(intentHash: Hex): Promise<void>;
  /** What `look` finds in a node's store, looking again until it finds something. */
  stored<Found>(nodeNo: number, look: (read: StoreReader["read"]) => Found | null): Promise<Found>;
  /** kill -9, and waits for the end. */
  killNode(nodeNo: number): Promise<void>;
  killSigner(nodeNo: number): Promise<void>;
  killChain(): Promise<void>;
  close(): Promise<void>;
}

export interface ManualTerms {
  readonly duration: string;
  /** YAML, indented by two. */
  readonly steps: string;
  /** Most executions; plenty when left out. */
  readonly executions?: number;
}

const POLL_MS = 50;
export const WAIT_MS = 150_000;

/** Starts it in a folder of its own. */
export async function startTestNetwork(
  options: Partial<SampleNetworkOptions> = {},
): Promise<TestNetwork> {
  const directory = mkdtempSync(join(tmpdir(), "deed-e2e-"));
  const gates = new Gates();
  const samples = await startSampleNetwork(
    { directory, fresh: true, nodeCode: "build", logLevel: "debug", ...options },
    { nowMs: () => Date.now(), onRequest: gates.onRequest, delay: gates.delay },
  );
  const follow = followLedger({ ledger: samples.ledger, pollMs: POLL_MS, keep: "all" });
  const acknowledged: Hex[] = [];
  const until: TestNetwork["until"] = (executionId, find) =>
    follow.until(
      (story) => {
        const found = story.executions.get(executionId);
        return found !== undefined && find(found) ? found : null;
      },
      waitSignal(`execution ${executionId}`),
    );
  return {
    samples,
    follow,
    gates,
    acknowledged,
    until,
    final: (executionId) => until(executionId, ({ state }) => state === "final"),
    events: <Name extends LedgerFact["name"]>(name: Name) =>
      follow.events.filter((event): event is EventOf<Name> => event.name === name),
    ...ownerActions(samples, acknowledged),
    ...kills(samples),
    stored: (nodeNo, look) => lookIntoStore(join(directory, `node-${nodeNo}`, "node.db"), look),
    close: async () => {
      gates.openAll();
      await follow.close();
      await samples.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Aborts when a wait has taken longer than anything honest does. */
export function waitSignal(what: string): AbortSignal {
  const late = new AbortController();
  setTimeout(() => late.abort(new Error(`waited too long for ${what}`)), WAIT_MS).unref();
  return late.signal;
}

const LOOK_MS = 10;

async function lookIntoStore<Found>(
  path: string,
  look: (read: StoreReader["read"]) => Found | null,
): Promise<Found> {
  const signal = waitSignal(`something in ${path}`);
  const store = readStore(path);
  try {
    for (;;) {
      signal.throwIfAborted();
      const found = look(store.read);
      if (found !== null) return found;
      await pause(LOOK_MS, signal);
    }
  } finally {
    store.close();
  }
}

function ownerActions(
  samples: SampleNetwork,
  acknowledged: Hex[],
): Pick<TestNetwork, "manual" | "fire" | "revoke"> {
  const ordinals = new Map<Hex, number>();
  const { network, sender, state } = samples;
  return {
    manual: (name, { duration, steps, executions = 1000 }) =>
      samples.register(
        `deed: v1
name: ${name}
summary: A test
on:
  manual: {}
expires: ${state.expires}
limits: { executions: ${executions}, duration: ${duration} }
steps:
${steps}
`,
        `${name}.yaml`,
      ),
    fire: async (workflow, input = "") => {
      const ordinal = (ordinals.get(workflow.intentHash) ?? 0) + 1;
      ordinals.set(workflow.intentHash, ordinal);
      const running = network.nodes[ordinal % network.nodes.length];
      const nodeNo = running?.nodeNo ?? 1;
      const { executionId } = await samples.fire(workflow, { ordinal, input, nodeNo });
      acknowledged.push(executionId);
      return executionId;
    },
    revoke: async (intentHash) => {
      await sender.send("revocation", ledgerCalls(network.deployment).revoke(intentHash));
    },
  };
}

function kills({
  network,
}: SampleNetwork): Pick<TestNetwork, "killNode" | "killSigner" | "killChain"> {
  const nodeOf = (nodeNo: number) => {
    const node = network.nodes.find((found) => found.nodeNo === nodeNo);
    if (node === undefined) throw new RangeError(`no node ${nodeNo}`);
    return node;
  };
  return {
    killNode: async (nodeNo) => {
      const node = nodeOf(nodeNo);
      node.kill("SIGKILL");
      await node.exited;
    },
    killSigner: async (nodeNo) => {
      const node = nodeOf(nodeNo);
      process.kill(signerOf(node.pid), "SIGKILL");
      await node.exited;
    },
    killChain: async () => {
      const { chain } = network;
      process.kill(chain.pid, "SIGKILL");
      await chain.exited;
    },
  };
}
