import {
  denseOccurrenceId,
  eventOccurrenceId,
  executionId,
  type Hex,
  hashWords,
  keccakText,
  triggerKindOf,
} from "@deed/protocol/encoding";
import type { EventOf, LedgerEvent, LedgerFact, LedgerParameters, RawLog } from "@deed/sdk";
import type { EchoedRequest } from "../echo/echo-server.ts";
import type { SentReceipt } from "../network/sender.ts";
import { countOf } from "../samples/sample-contracts.ts";
import type { SampleNetwork } from "../samples/sample-network.ts";
import type { ExecutionStory } from "../story/execution-story.ts";
import type { LedgerStory } from "../story/ledger-story.ts";
import type {
  AcknowledgedTransaction,
  DueOccurrence,
  Lease,
  Observations,
  SentRequest,
} from "./observations.ts";
import { slashesSeen } from "./slashes-seen.ts";

interface OpenedLease extends Omit<Lease, "fromSec" | "untilSec"> {
  readonly batchNo: number;
  readonly claimBlock: number;
  readonly deadlineSec: number;
}

const TRANSFER = keccakText("Transfer(address,address,uint256)");
/** Requests come from the first steps of a workflow. */
const STEPS = 4;

/** Spec 01. */
const CATCH_UP_ALL = 255;

/** Notes what clients see while a network runs, and reads from the ledger what there is to see at its end. */
export class Observer {
  readonly #nowMs: () => number;
  readonly #requests: SentRequest[] = [];
  readonly #transactions: AcknowledgedTransaction[] = [];
  readonly #fires: Hex[] = [];
  readonly #leases: OpenedLease[] = [];
  readonly #events: LedgerEvent[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  readonly onRequest = ({ method, path, idempotencyKey }: EchoedRequest): void => {
    this.#requests.push({ atMs: this.#nowMs(), method, path, idempotencyKey });
  };

  /** An event as the ledger's follower saw it, with the executions that it changed. */
  readonly onEvent = (event: LedgerEvent, changed: readonly ExecutionStory[]): void => {
    this.#events.push(event);
    if (event.name !== "Claimed" && event.name !== "Reclaimed") return;
    const { batchNo, nodeNo, deadlineSec, place } = event;
    for (const { executionId: name, attempt } of changed) {
      const opened = { executionId: name, attempt, nodeNo, batchNo, deadlineSec };
      this.#leases.push({ ...opened, claimBlock: place.blockNumber });
    }
  };

  /** The owner's deployments, registrations and transfers. */
  readonly onAcknowledged = (what: string, receipt: SentReceipt): void => {
    const { transactionHash: hash, blockHash } = receipt;
    this.#transactions.push({ what, hash, blockHash });
  };

  fired(name: Hex): void {
    this.#fires.push(name);
  }

  get firesDue(): readonly DueOccurrence[] {
    return this.#fires.map((name) => ({ executionId: name, what: "fire" }));
  }

  requestsTo(path: string): readonly SentRequest[] {
    return this.#requests.filter((request) => request.path === path);
  }

  events<Name extends LedgerFact["name"]>(name: Name): readonly EventOf<Name>[] {
    return this.#events.filter((event): event is EventOf<Name> => event.name === name);
  }

  /** Reads the rest from the ledger. Errors: RpcError. */
  async conclude(
    samples: SampleNetwork,
    story: LedgerStory,
    known: Pick<Observations, "loadEndSec" | "liarNo" | "absences">,
    parameters: LedgerParameters,
  ): Promise<Observations> {
    const { network, ledger, state } = samples;
    const { counter } = state.contracts;
    const vault = await ledger.vaultOf(network.accounts.owner.address);
    // An interval goes on: counter and gateway are asked about the same block.
    const head = (await ledger.head()).number;
    const counted = await countOf(network.rpc, counter, vault, `0x${head.toString(16)}`);
    const told = await ledger.events(network.deployment.fromBlock, head);
    const timeMs = async (blockNumber: number): Promise<number> =>
      ((await ledger.block(blockNumber))?.timestampSec ?? 0) * 1000;
    return {
      ...known,
      transactions: this.#transactions,
      blockHashNow: await this.#blockHashes(samples),
      due: await this.#due(samples, known.loadEndSec),
      executions: story.executions,
      disputes: [...story.disputes.values()],
      leases: await this.#timedLeases(samples),
      requests: this.#requests,
      executionOfKey: keysOf(story),
      actions: told.flatMap((event) => (event.name === "Acted" ? [event] : [])),
      calledTimes: new Map([[counter, Number(counted)]]),
      slashes: await slashesSeen({ events: told, parameters, timeMs }),
    };
  }

  async #blockHashes({ network }: SampleNetwork): Promise<ReadonlyMap<Hex, Hex | null>> {
    const found = await Promise.all(
      this.#transactions.map(async ({ hash }) => {
        const receipt = await network.rpc.request<{ readonly blockHash: Hex } | null>(
          "eth_getTransactionReceipt",
          [hash],
        );
        return [hash, receipt?.blockHash ?? null] as const;
      }),
    );
    return new Map(found);
  }

  async #due(samples: SampleNetwork, loadEndSec: number): Promise<readonly DueOccurrence[]> {
    const ticks = await this.#ticks(samples, loadEndSec);
    return [...this.firesDue, ...(await this.#transfers(samples)), ...ticks];
  }

  /** Both samples that watch the token must have seen each of its transfers. */
  async #transfers({
    network,
    state,
    workflows,
  }: SampleNetwork): Promise<readonly DueOccurrence[]> {
    const { deployment, rpc } = network;
    const watching = ["transfer-alert", "quiet"].flatMap((name) => workflows.get(name) ?? []);
    const begun = this.events("Registered").filter((event) =>
      watching.some(({ intentHash }) => intentHash === event.intentHash),
    );
    const filter = {
      address: state.contracts.token,
      topics: [TRANSFER],
      fromBlock: `0x${deployment.fromBlock.toString(16)}`,
      toBlock: "latest",
    };
    const logs = await rpc.request<readonly RawLog[]>("eth_getLogs", [filter]);
    return begun.flatMap(({ intentHash, place }) =>
      logs
        .filter(({ blockNumber }) => Number(blockNumber) > place.blockNumber)
        .flatMap(({ transactionHash: txHash }): DueOccurrence[] => {
          if (txHash === null) return [];
          const log = { chainId: deployment.chainId, txHash, logOrdinal: 0 };
          const name = executionId(deployment, intentHash, eventOccurrenceId(log));
          return [{ executionId: name, what: "transfer" }];
        }),
    );
  }

  /** Ticks of each interval until the load ended. */
  async #ticks(
    { network, ledger }: SampleNetwork,
    loadEndSec: number,
  ): Promise<readonly DueOccurrence[]> {
    const due: DueOccurrence[] = [];
    for (const { intentHash, intent, place } of this.events("Registered")) {
      const { kind, period: periodSec, catchUp } = intent;
      // Of another one the owner signed that missed ticks may be left out.
      if (triggerKindOf(kind) !== "interval" || catchUp !== CATCH_UP_ALL) continue;
      const startSec = (await ledger.block(place.blockNumber))?.timestampSec ?? loadEndSec;
      for (let tick = 1; startSec + tick * periodSec <= loadEndSec; tick += 1) {
        const occurrence = denseOccurrenceId("interval", tick);
        const name = executionId(network.deployment, intentHash, occurrence);
        due.push({ executionId: name, what: `tick ${tick}` });
      }
    }
    return due;
  }

  async #timedLeases({ ledger }: SampleNetwork): Promise<readonly Lease[]> {
    const recordBlocks = new Map(
      this.events("Recorded").map(({ batchNo, place }) => [batchNo, place.blockNumber]),
    );
    const numbers = new Set([...this.#leases.map((l) => l.claimBlock), ...recordBlocks.values()]);
    const times = new Map(
      await Promise.all(
        [...numbers].map(async (number) => {
          const block = await ledger.block(number);
          return [number, block?.timestampSec ?? 0] as const;
        }),
      ),
    );
    return this.#leases.map(({ batchNo, claimBlock, deadlineSec, ...lease }) => {
      const recordedSec = times.get(recordBlocks.get(batchNo) ?? -1) ?? deadlineSec;
      const untilSec = Math.min(deadlineSec, recordedSec);
      return { ...lease, fromSec: times.get(claimBlock) ?? 0, untilSec };
    });
  }
}

/** A request's key names its execution and its step (spec 03). */
function keysOf({ executions }: LedgerStory): ReadonlyMap<string, Hex> {
  const keys = new Map<string, Hex>();
  for (const name of executions.keys()) {
    for (let step = 0; step < STEPS; step += 1) keys.set(hashWords([name, step]), name);
  }
  return keys;
}
