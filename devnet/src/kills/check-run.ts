import type { ExecutionStory } from "../story/execution-story.ts";
import { awayMs } from "./absence.ts";
import { type CrashCharge, crashCharge, type SlashSeen } from "./crash-charge.ts";
import type { Lease, Observations } from "./observations.ts";

export type Rule =
  | "TRANSACTION_LOST"
  | "EXECUTION_LOST"
  | "NOT_TERMINAL"
  | "ACTED_TWICE"
  | "SENT_TWICE"
  | "SENT_BY_NOBODY"
  | "OUTSIDE_LEASE"
  | "HONEST_ACCUSED"
  | "HONEST_SLASHED"
  | "CHARGED_TOO_OFTEN"
  | "LIE_UNPUNISHED";

/** A promise that a run broke. */
export interface Violation {
  readonly rule: Rule;
  readonly subject: string;
  readonly detail: string;
}

/** One charge for so long of the time in which somebody was kept away is the most that can be honest. */
const AWAY_MS_OF_A_CHARGE = 30_000;
/** Block times are whole seconds, rounded down, and a block may be stamped a little ahead. */
const BEFORE_CLAIM_MS = 2_000;
/** A request may still be on its way when the record's block is stamped. */
const AFTER_END_MS = 1_000;

/** Which promises a run broke; none when all held. */
export function checkRun(run: Observations): readonly Violation[] {
  return [
    ...lostTransactions(run),
    ...lostExecutions(run),
    ...openExecutions(run),
    ...actedTwice(run),
    ...sentTwice(run),
    ...outsideLease(run),
    ...accused(run),
    ...slashed(run),
    ...chargedTooOften(run),
    ...unpunished(run),
  ];
}

/** Slashes that are no violation: small charges that this run's own kills explain. */
export function crashChargesOf(run: Observations): readonly CrashCharge[] {
  return run.slashes.flatMap((slash) => crashCharge(slash, run.absences) ?? []);
}

function lostTransactions({ transactions, blockHashNow }: Observations): readonly Violation[] {
  return transactions.flatMap(({ what, hash, blockHash }): Violation[] => {
    const now = blockHashNow.get(hash) ?? null;
    if (now === blockHash) return [];
    const detail = now === null ? "is on the ledger no more" : `moved to block ${now}`;
    return [{ rule: "TRANSACTION_LOST", subject: hash, detail: `${what} ${detail}` }];
  });
}

function lostExecutions({ due, executions }: Observations): readonly Violation[] {
  return due
    .filter(({ executionId }) => !executions.has(executionId))
    .map(({ executionId, what }) => ({
      rule: "EXECUTION_LOST",
      subject: executionId,
      detail: `the ${what} was never claimed`,
    }));
}

function openExecutions(run: Observations): readonly Violation[] {
  return promised(run, run.executions)
    .filter((execution) => !isTerminal(run, execution))
    .map(({ executionId, intentName, ordinal, state, nodeNo }) => ({
      rule: "NOT_TERMINAL",
      subject: executionId,
      detail: `${intentName} #${ordinal} is ${state} (node ${nodeNo})`,
    }));
}

/** What began under the load, and whatever was acknowledged. */
export function promised(
  { loadEndSec, due }: Pick<Observations, "loadEndSec" | "due">,
  executions: Observations["executions"],
): readonly ExecutionStory[] {
  const names = new Set(due.map(({ executionId }) => executionId));
  return [...executions.values()].filter(
    ({ executionId, t0Sec }) => t0Sec <= loadEndSec || names.has(executionId),
  );
}

/** Final, or a lie of the liar's that was voted guilty. */
export function isTerminal(
  { disputes, liarNo }: Pick<Observations, "disputes" | "liarNo">,
  { executionId, state }: ExecutionStory,
): boolean {
  if (state === "final") return true;
  if (state !== "void") return false;
  return disputes.some(
    (dispute) =>
      dispute.executionId === executionId &&
      dispute.outcome === "upheld" &&
      dispute.accusedNo === liarNo,
  );
}

function actedTwice({ actions, calledTimes }: Observations): readonly Violation[] {
  const twice = repeated(actions.map(({ executionId, step }) => `${executionId} step ${step}`));
  const told = [...calledTimes].flatMap(([target, times]): Violation[] => {
    const known = actions.filter((action) => action.target === target).length;
    if (known === times) return [];
    const detail = `was called ${times} times, the gateway says ${known}`;
    return [{ rule: "ACTED_TWICE", subject: target, detail }];
  });
  return [
    ...twice.map(([subject, times]): Violation => {
      return { rule: "ACTED_TWICE", subject, detail: `${times} effects on-chain` };
    }),
    ...told,
  ];
}

/** A POST runs at most once; a PUT may be repeated. */
function sentTwice({ requests }: Observations): readonly Violation[] {
  const posts = requests.filter(({ method }) => method === "POST");
  const keys = posts.map(({ path, idempotencyKey }) => `${path} ${idempotencyKey}`);
  return repeated(keys).map(([subject, times]) => ({
    rule: "SENT_TWICE",
    subject,
    detail: `${times} requests that may run at most once`,
  }));
}

function outsideLease({ requests, executionOfKey, leases }: Observations): readonly Violation[] {
  return requests.flatMap(({ atMs, method, path, idempotencyKey }): Violation[] => {
    const executionId = executionOfKey.get(idempotencyKey ?? "");
    const subject = `${method} ${path} ${idempotencyKey}`;
    if (executionId === undefined) {
      return [{ rule: "SENT_BY_NOBODY", subject, detail: "the ledger knows no such execution" }];
    }
    const own = leases.filter((lease) => lease.executionId === executionId);
    if (own.some((lease) => isInside(lease, atMs))) return [];
    const detail = `at ${atMs}, when nobody held ${executionId}: ${own.map(describe).join(", ")}`;
    return [{ rule: "OUTSIDE_LEASE", subject, detail }];
  });
}

function isInside({ fromSec, untilSec }: Lease, atMs: number): boolean {
  return atMs >= fromSec * 1000 - BEFORE_CLAIM_MS && atMs < (untilSec + 1) * 1000 + AFTER_END_MS;
}

function describe({ attempt, nodeNo, fromSec, untilSec }: Lease): string {
  return `attempt ${attempt} by node ${nodeNo} from ${fromSec} to ${untilSec}`;
}

function accused({ disputes, liarNo }: Observations): readonly Violation[] {
  return disputes
    .filter(({ accusedNo }) => accusedNo !== liarNo)
    .map(({ executionId, accusedNo, fault, outcome }) => ({
      rule: "HONEST_ACCUSED",
      subject: executionId,
      detail: `operator ${accusedNo} of ${fault}: ${outcome}`,
    }));
}

function slashed(run: Observations): readonly Violation[] {
  return run.slashes
    .filter((slash) => !isForLie(run, slash) && crashCharge(slash, run.absences) === null)
    .map(({ operatorNo, fault, amountWei, missed }) => ({
      rule: "HONEST_SLASHED",
      subject: `operator ${operatorNo}`,
      detail: `${amountWei} wei for ${fault}${missed === null ? "" : ` (${missed.what})`}`,
    }));
}

function isForLie({ disputes, liarNo }: Observations, { operatorNo, fault }: SlashSeen): boolean {
  return (
    operatorNo === liarNo &&
    disputes.some(
      (dispute) =>
        dispute.accusedNo === liarNo && dispute.outcome === "upheld" && dispute.fault === fault,
    )
  );
}

function chargedTooOften(run: Observations): readonly Violation[] {
  const totalMs = awayMs(run.absences);
  const most = Math.ceil(totalMs / AWAY_MS_OF_A_CHARGE);
  const charges = crashChargesOf(run).length;
  if (charges <= most) return [];
  const detail = `${charges} for ${Math.round(totalMs / 1000)} s away, at most ${most}`;
  return [{ rule: "CHARGED_TOO_OFTEN", subject: "charges for crashes", detail }];
}

/** Whoever lies must pay for it, kills or not. */
function unpunished(run: Observations): readonly Violation[] {
  const { liarNo, slashes } = run;
  if (liarNo === null || slashes.some((slash) => isForLie(run, slash))) return [];
  const detail = "lied, and no vote found it guilty and slashed it";
  return [{ rule: "LIE_UNPUNISHED", subject: `operator ${liarNo}`, detail }];
}

function repeated(names: readonly string[]): readonly (readonly [string, number])[] {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times].filter(([, count]) => count > 1);
}
