import { commitmentDigest, type Hex, verdictDigest } from "@deed/protocol/encoding";
import {
  commitmentEquivocation,
  type Evidence,
  type SignedVerdict,
  verdictEquivocation,
} from "@deed/protocol/verify";
import { queueEvidence, shownVerdict } from "../../judge/queued-evidence.ts";
import type { CommitmentMessage, VerdictMessage } from "../../peers/messages.ts";
import type { CommitmentRow } from "../../store/verdicts.ts";
import type { VerifyContext } from "./verify-context.ts";

// Two things that a seat signs for one place are evidence, whatever else is wrong with them (spec 07).

/** Verdicts that could not be kept and are remembered, of all places. */
const REMEMBERED = 256;

type SeenContext = Pick<
  VerifyContext,
  "store" | "registry" | "domains" | "recovery" | "hasher" | "logger" | "wakers"
>;

/** A seat's commitment that is not the one which is kept. */
export async function noteSecondCommitment(
  context: SeenContext,
  known: CommitmentRow,
  message: CommitmentMessage,
): Promise<void> {
  const { domains, hasher } = context;
  const { nodeNo } = message;
  const evidence = commitmentEquivocation(nodeNo, known, message);
  if (evidence === null) return;
  const digest = commitmentDigest(message, domains.executions, hasher);
  if (isSigned(context, nodeNo, digest, message.signature)) await keep(context, evidence);
}

/** Verdicts that seats show: what this node cannot keep it remembers, to compare the next one with. */
export class SecondVerdicts {
  readonly #context: SeenContext;
  readonly #odd = new Map<string, SignedVerdict>();

  constructor(context: SeenContext) {
    this.#context = context;
  }

  /** A verdict that a peer showed, whether it was kept or refused. */
  async note(message: VerdictMessage, isKept: boolean): Promise<void> {
    const { domains, hasher } = this.#context;
    const { batchNo, draw, nodeNo } = message;
    const place = `${batchNo}:${draw}:${nodeNo}`;
    const before = this.#odd.get(place) ?? (isKept ? null : this.#stored(message));
    if (before === null && (isKept || !this.#isSeat(message))) return;
    const shown = { ...message, fault: BigInt(message.fault), unable: BigInt(message.unable) };
    const evidence = before === null ? null : verdictEquivocation(nodeNo, before, shown);
    if (before !== null && evidence === null) return;
    const digest = verdictDigest(shown, domains.executions, hasher);
    if (!isSigned(this.#context, nodeNo, digest, message.signature)) return;
    if (evidence === null) this.#remember(place, shown);
    else await keep(this.#context, evidence);
  }

  #stored(place: VerdictMessage): SignedVerdict | null {
    const { batchNo, draw, nodeNo } = place;
    const row = this.#context.store.read.verdicts.get({ batchNo, draw, nodeNo });
    return row === null ? null : shownVerdict(row);
  }

  /** Others than those beside this node could fill the memory. */
  #isSeat({ batchNo, draw, nodeNo }: VerdictMessage): boolean {
    const { store, registry } = this.#context;
    const duty = store.read.duties.get({ batchNo, draw });
    const operatorNo = registry.node(nodeNo)?.operatorNo ?? null;
    return duty !== null && operatorNo !== null && duty.seats.includes(operatorNo);
  }

  #remember(place: string, verdict: SignedVerdict): void {
    const [oldest] = this.#odd.keys();
    if (this.#odd.size >= REMEMBERED && oldest !== undefined) this.#odd.delete(oldest);
    this.#odd.set(place, verdict);
  }
}

function isSigned(
  { registry, recovery }: SeenContext,
  nodeNo: number,
  digest: Hex,
  signature: Hex,
): boolean {
  const signer = recovery.recover(digest, signature);
  return signer !== null && registry.isDutyKey(nodeNo, signer);
}

async function keep({ store, logger, wakers }: SeenContext, evidence: Evidence): Promise<void> {
  logger.error("A seat signed two things for one place", {
    fault: evidence.fault,
    nodeNo: "nodeNo" in evidence ? evidence.nodeNo : null,
  });
  await store.write((tables) => queueEvidence(tables, evidence));
  wakers.of("dispute").wake();
}
