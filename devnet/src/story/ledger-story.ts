import {
  decodeRecord,
  EncodingError,
  executionId,
  faultName,
  type Hex,
  intentStart,
  occurrenceOfEntry,
  type RecordStatus,
  splitRecords,
  type TickTerms,
  unpackEntries,
} from "@deed/protocol/encoding";
import type { Deployment, EventOf, LedgerEvent } from "@deed/sdk";
import type { DisputeStory, ExecutionStory, ProofStory, StoryState } from "./execution-story.ts";

interface IntentOfStory {
  readonly intentHash: Hex;
  readonly name: string;
  readonly slot: TickTerms;
}

interface BatchOfStory {
  readonly executionIds: readonly Hex[];
  judged: bigint;
  /** Void ones stay so, whatever a committee says after it. */
  voided: bigint;
}

const OUTCOMES: Readonly<Record<number, DisputeStory["outcome"]>> = {
  2: "upheld",
  3: "rejected",
  4: "unverified",
};

/** Folds ledger events into what became of each execution. It asks no node. */
export class LedgerStory {
  readonly executions: Map<Hex, ExecutionStory> = new Map();
  readonly disputes: Map<number, DisputeStory> = new Map();
  /** What contracts found proven, in order. */
  readonly proofs: ProofStory[] = [];
  #finals = 0;
  readonly #deployment: Deployment;
  readonly #intents = new Map<number, IntentOfStory>();
  readonly #batches = new Map<number, BatchOfStory>();

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  /** Executions that were found right, those forgotten included. */
  get finals(): number {
    return this.#finals;
  }

  /** @returns the executions that it changed. */
  apply(event: LedgerEvent, blockTimeSec: number): readonly ExecutionStory[] {
    switch (event.name) {
      case "Registered":
        return this.#registered(event, blockTimeSec);
      case "Claimed":
        return this.#claimed(event);
      case "Reclaimed":
        return this.#reclaimed(event);
      case "Recorded":
        return this.#recorded(event);
      case "Finalised":
        return this.#finalised(event);
      case "ExecutionSettled":
        return this.#settled(event);
      case "BatchExpired":
        return this.#setStates(event.batchNo, -1n, "lost");
      case "DisputeOpened":
        return this.#disputed(event);
      case "DisputeResolved":
        return this.#resolved(event);
      case "FaultProven":
        return this.#proven(event);
      case "Acted":
        return this.#acted(event);
      default:
        return [];
    }
  }

  /** Drops the settled ones of these. */
  forget(stories: readonly ExecutionStory[]): void {
    for (const { executionId: name, batchNo, state } of stories) {
      if (state !== "final" && state !== "void") continue;
      this.executions.delete(name);
      const open = this.#batches.get(batchNo)?.executionIds ?? [];
      if (open.every((other) => !this.executions.has(other))) this.#batches.delete(batchNo);
    }
  }

  #registered(event: EventOf<"Registered">, timestampSec: number): readonly ExecutionStory[] {
    const { intentNo, intentHash, intent } = event;
    const { name, kind, period } = intent;
    const registration = { blockNumber: event.place.blockNumber, timestampSec };
    const slot = { kind, period, start: intentStart(intent, registration) };
    this.#intents.set(intentNo, { intentHash, name, slot });
    return [];
  }

  #claimed(event: EventOf<"Claimed">): readonly ExecutionStory[] {
    const accepted = unpackEntries(event.kind, event.items).filter((_, at) =>
      isSet(event.accepted, at),
    );
    const begun = accepted.map((entry, index): ExecutionStory => {
      const intent = this.#intentOf(entry.intentNo);
      const { occurrenceId, ordinal, t0Sec } = occurrenceOfEntry(entry, intent.slot);
      const name = executionId(this.#deployment, intent.intentHash, occurrenceId);
      return this.#begin(event, index, { executionId: name, intent, ordinal, t0Sec, attempt: 1 });
    });
    this.#batches.set(event.batchNo, batchOf(begun));
    return begun;
  }

  #reclaimed(event: EventOf<"Reclaimed">): readonly ExecutionStory[] {
    const begun = event.items.map((item, index) => {
      const { executionId: name, t0Sec, attempt } = item;
      const intent = this.#intentOf(item.intentNo);
      const ordinal = Number(item.ordinal);
      return this.#begin(event, index, { executionId: name, intent, ordinal, t0Sec, attempt });
    });
    this.#batches.set(event.batchNo, batchOf(begun));
    return begun;
  }

  #begin(
    { batchNo, nodeNo }: EventOf<"Claimed"> | EventOf<"Reclaimed">,
    index: number,
    of: Pick<ExecutionStory, "executionId" | "ordinal" | "t0Sec" | "attempt"> & {
      readonly intent: IntentOfStory;
    },
  ): ExecutionStory {
    const { intent, ...named } = of;
    const story: ExecutionStory = {
      ...named,
      intentHash: intent.intentHash,
      intentName: intent.name,
      batchNo,
      index,
      nodeNo,
      state: "claimed",
      status: null,
      actions: this.executions.get(of.executionId)?.actions ?? 0,
      fault: null,
      leaf: null,
    };
    this.executions.set(story.executionId, story);
    return story;
  }

  #recorded({ batchNo, posted, records }: EventOf<"Recorded">): readonly ExecutionStory[] {
    const batch = this.#batches.get(batchNo);
    if (batch === undefined) return [];
    batch.judged = posted;
    const slices = splitRecords(records);
    let next = 0;
    return batch.executionIds.flatMap((name, index) => {
      if (!isSet(posted, index)) return this.#change(name, batchNo, { state: "lost" });
      const status = statusOf(slices[next]);
      next += 1;
      return this.#change(name, batchNo, { state: "recorded", status });
    });
  }

  #finalised({ batchNo, fault, pending }: EventOf<"Finalised">): readonly ExecutionStory[] {
    const batch = this.#batches.get(batchNo);
    if (batch === undefined) return [];
    const final = batch.judged & ~fault & ~pending & ~batch.voided;
    const disputed = batch.judged & fault & ~batch.voided;
    batch.judged = pending;
    return [
      ...this.#setStates(batchNo, final, "final"),
      ...this.#setStates(batchNo, disputed, "disputed"),
    ];
  }

  #settled({ batchNo, index, upheld, verified }: EventOf<"ExecutionSettled">) {
    const state = verified && !upheld ? "final" : "void";
    const batch = this.#batches.get(batchNo);
    if (batch !== undefined && state === "void") batch.voided |= 1n << BigInt(index);
    return this.#setStates(batchNo, 1n << BigInt(index), state);
  }

  #disputed({ disputeNo, batchNo, index, dispute }: EventOf<"DisputeOpened">) {
    const name = this.#batches.get(batchNo)?.executionIds[index];
    const fault = faultName(dispute.fault);
    if (name === undefined || fault === null) return [];
    const { leaf, accusedNo } = dispute;
    const open = { outcome: "open", slashedWei: 0n } as const;
    this.disputes.set(disputeNo, { disputeNo, executionId: name, fault, leaf, accusedNo, ...open });
    return this.#change(name, batchNo, { state: "disputed", fault, leaf });
  }

  #resolved(event: EventOf<"DisputeResolved">): readonly ExecutionStory[] {
    const { disputeNo, status, slashedWei } = event;
    const dispute = this.disputes.get(disputeNo);
    const outcome = OUTCOMES[status];
    if (dispute === undefined || outcome === undefined) return [];
    // What the voters found, whatever was reported; nothing unless it is upheld.
    const fault = faultName(event.fault);
    const found = fault === null ? {} : { fault, leaf: event.leaf };
    this.disputes.set(disputeNo, { ...dispute, ...found, outcome, slashedWei });
    const story = this.executions.get(dispute.executionId);
    return fault === null || story === undefined
      ? []
      : this.#change(story.executionId, story.batchNo, found);
  }

  #proven({ batchNo, index, fault: no, leaf, slashedWei }: EventOf<"FaultProven">) {
    const name = this.#batches.get(batchNo)?.executionIds[index];
    const fault = faultName(no);
    if (name === undefined || fault === null) return [];
    this.proofs.push({ executionId: name, fault, leaf, slashedWei });
    return this.#change(name, batchNo, { fault, leaf });
  }

  #acted({ executionId: name }: EventOf<"Acted">): readonly ExecutionStory[] {
    const story = this.executions.get(name);
    if (story === undefined) return [];
    return this.#change(name, story.batchNo, { actions: story.actions + 1 });
  }

  #setStates(batchNo: number, bits: bigint, state: StoryState): readonly ExecutionStory[] {
    const names = this.#batches.get(batchNo)?.executionIds ?? [];
    return names.flatMap((name, index) =>
      isSet(bits, index) ? this.#change(name, batchNo, { state }) : [],
    );
  }

  /** Leaves alone what another batch holds by now. */
  #change(name: Hex, batchNo: number, change: Partial<ExecutionStory>): readonly ExecutionStory[] {
    const story = this.executions.get(name);
    if (story === undefined || story.batchNo !== batchNo) return [];
    const changed = { ...story, ...change };
    if (change.state === "final") this.#finals += 1;
    this.executions.set(name, changed);
    return [changed];
  }

  #intentOf(intentNo: number): IntentOfStory {
    const intent = this.#intents.get(intentNo);
    if (intent !== undefined) return intent;
    throw new RangeError(`a claim of intent ${intentNo} before its registration`);
  }
}

function batchOf(stories: readonly ExecutionStory[]): BatchOfStory {
  return { executionIds: stories.map((story) => story.executionId), judged: 0n, voided: 0n };
}

function statusOf(bytes: Uint8Array | undefined): RecordStatus | null {
  if (bytes === undefined) return null;
  try {
    return decodeRecord(bytes).status;
  } catch (error) {
    if (error instanceof EncodingError) return null;
    throw error;
  }
}

function isSet(bits: bigint, index: number): boolean {
  return ((bits >> BigInt(index)) & 1n) === 1n;
}
