import { asJson, canonicalJson } from "@deed/protocol/encoding";
import {
  type Anchor,
  EFFECT_ERRORS,
  type EffectError,
  type EffectRequest,
  type EffectResult,
} from "@deed/protocol/runtime";
import type { EffectAnswer } from "../../broker/job.ts";
import type { EffectHandler } from "../../sandbox/sandbox.ts";
import type { Attempt } from "./attempt.ts";
import type { EffectJournal, TracedRequest } from "./effect-journal.ts";

type HttpRequest = Extract<EffectRequest, { kind: "http" }>;

export interface EffectParts {
  readonly journal: EffectJournal;
  /** The door out, for this attempt. */
  readonly broker: EffectHandler;
  /** The newest final ledger block that this node knows. */
  readonly anchor: () => Anchor;
  /** Why no effect may begin now; null when one may. */
  readonly refusal: () => EffectError | null;
  /** Times and anchor for a result that needed nobody else. */
  readonly stamp: (answer: EffectAnswer) => EffectResult;
  /** Breaks the rule of at-most-once requests, on purpose (`tamper.ts`). */
  readonly resends?: boolean;
}

/** The interpreter asks for something else than the journal has of the same try: it is not the same run. */
export class ReplayError extends Error {
  override readonly name = "ReplayError";
  readonly code = "EFFECT_DIFFERS_FROM_JOURNAL";
}

/**
 * Answers an attempt's effects: from the journal where it has the result, else by the broker, with a
 * mark before and the result after.
 */
export function journalledEffects(attempt: Attempt, parts: EffectParts): EffectHandler {
  return (request, signal) => {
    if (request.kind === "pause") return parts.broker(request, signal);
    const known = parts.journal.find(request);
    if (known !== null) checkSame(known.request, request);
    if (known?.result != null) return Promise.resolve(known.result);
    // Before it is asked whether it may begin: what a block says that comes between counts for the next.
    const began = request.kind === "http" ? parts.anchor() : null;
    const settled =
      request.kind === "http" ? unsendable(attempt, parts, request, known !== null) : null;
    // A call is refused behind the broker: the ledger may show that it was done before.
    return settled === null
      ? send(parts, request, { wasStarted: known !== null, began }, signal)
      : parts.journal.finish(request, parts.stamp(settled));
  };
}

/** The answer of a request that must not be sent; null when it may be. */
function unsendable(
  attempt: Attempt,
  parts: EffectParts,
  request: HttpRequest,
  wasStarted: boolean,
): EffectAnswer | null {
  // Before any other reason: who could not have sent it cannot say that it was not sent.
  const isBegun = wasStarted && parts.resends !== true;
  const maySend = attempt.isSubmitter && attempt.execution.attempt === 1 && !isBegun;
  if (request.delivery === "once" && !maySend) return INDETERMINATE;
  const error = parts.refusal();
  return error === null ? null : { status: 3, output: { error } };
}

async function send(
  parts: EffectParts,
  request: TracedRequest,
  { wasStarted, began }: { readonly wasStarted: boolean; readonly began: Anchor | null },
  signal: AbortSignal,
): Promise<EffectResult> {
  await parts.journal.start(request);
  const answer = await parts.broker(request, signal);
  const result = began === null ? answer : { ...answer, anchor: began };
  const isUnknown = wasStarted && request.kind === "call" && isUnsent(result);
  return parts.journal.finish(request, isUnknown ? { ...result, ...INDETERMINATE } : result);
}

/** A stopped process's transaction may still be on its way; before one of this process that reverted it has come. */
function isUnsent(result: EffectResult): boolean {
  if (result.status === 0) return false;
  const { code } = result.output.error;
  return code !== "REVERTED" && EFFECT_ERRORS[code].sent === "no";
}

const INDETERMINATE: EffectAnswer = {
  status: 2,
  output: { error: { code: "INDETERMINATE", message: "it may have been sent before" } },
};

function checkSame(known: EffectRequest, asked: EffectRequest): void {
  const text = (request: EffectRequest): string => canonicalJson(asJson(request));
  if (text(known) !== text(asked)) throw new ReplayError("EFFECT_DIFFERS_FROM_JOURNAL");
}
