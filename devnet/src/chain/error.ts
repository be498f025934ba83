/** Everything that can go wrong with the embedded chain: a code and its data. */
export type ChainFailure =
  // Starting.
  | { readonly code: "ALREADY_RUNNING"; readonly directory: string; readonly pid: number }
  | { readonly code: "PLATFORM_UNSUPPORTED"; readonly platform: string; readonly packages: string }
  | { readonly code: "ENGINE_MISSING"; readonly packageName: string }
  | { readonly code: "ENGINE_DID_NOT_START"; readonly reason: string }
  | {
      readonly code: "OPTION_DIFFERS";
      readonly option: string;
      readonly journal: string;
      readonly asked: string;
    }
  | { readonly code: "ENGINE_DIFFERS"; readonly journal: string; readonly installed: string }
  | { readonly code: "FORMAT_UNKNOWN"; readonly version: number }
  | { readonly code: "CHILD_FAILED"; readonly exitCode: number | null; readonly output: string }
  // The journal.
  | {
      readonly code: "JOURNAL_CORRUPT";
      readonly offset: number;
      readonly reason: string;
      readonly path: string;
    }
  | { readonly code: "JOURNAL_WRITE_FAILED"; readonly path: string; readonly reason: string }
  | {
      readonly code: "REPLAY_DIVERGED";
      readonly block: number;
      readonly expected: string;
      readonly actual: string;
    }
  // Running.
  | { readonly code: "ENGINE_LOST"; readonly reason: string }
  | { readonly code: "ENGINE_KEEPS_DYING"; readonly attempts: number; readonly reason: string }
  | { readonly code: "CLOSING" }
  // Transactions and requests.
  | { readonly code: "TRANSACTION_MALFORMED"; readonly reason: string }
  | { readonly code: "TRANSACTION_TYPE_UNSUPPORTED"; readonly type: number }
  | { readonly code: "TRANSACTION_TOO_LARGE"; readonly bytes: number; readonly limit: number }
  | { readonly code: "WRONG_CHAIN"; readonly expected: number; readonly actual: number }
  | {
      readonly code: "GAS_LIMIT_TOO_HIGH";
      readonly gasLimit: number;
      readonly blockGasLimit: number;
    }
  | {
      readonly code: "NONCE_TOO_LOW";
      readonly sender: string;
      readonly expected: number;
      readonly actual: number;
    }
  | {
      readonly code: "NONCE_GAP";
      readonly sender: string;
      readonly expected: number;
      readonly actual: number;
    }
  | { readonly code: "QUEUE_FULL"; readonly queued: number; readonly limit: number }
  | { readonly code: "TRANSACTION_REFUSED"; readonly hash: string; readonly reason: string }
  | { readonly code: "TRANSACTION_NOT_INCLUDED"; readonly hash: string; readonly block: number }
  | { readonly code: "STATE_TOO_OLD"; readonly block: number; readonly oldest: number }
  | { readonly code: "WAIT_CANCELLED" };

type Code = ChainFailure["code"];

/** An error of the embedded chain; `failure` holds the code and its data. */
export class ChainError extends Error {
  override readonly name = "ChainError";
  readonly failure: ChainFailure;

  constructor(failure: ChainFailure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.failure = failure;
  }

  get code(): ChainFailure["code"] {
    return this.failure.code;
  }
}

// Wallet libraries recognise "nonce too low", "nonce too high" and the like by their words.
const texts: { readonly [C in Code]: (failure: Extract<ChainFailure, { code: C }>) => string } = {
  ALREADY_RUNNING: (f) => `another process (pid ${f.pid}) runs the chain in ${f.directory}`,
  PLATFORM_UNSUPPORTED: (f) => `anvil is not built for ${f.platform}; it exists as ${f.packages}`,
  ENGINE_MISSING: (f) => `${f.packageName} is not installed: run npm ci without --omit=optional`,
  ENGINE_DID_NOT_START: (f) => `anvil did not start: ${f.reason}`,
  OPTION_DIFFERS: (f) => `this chain was created with ${f.option} ${f.journal}, not ${f.asked}`,
  ENGINE_DIFFERS: (f) =>
    `this chain was made by ${f.journal}, installed is ${f.installed}: install that one, or begin a new chain`,
  FORMAT_UNKNOWN: (f) => `the journal has format ${f.version}, which this version cannot read`,
  CHILD_FAILED: (f) =>
    `the chain's process ended with ${f.exitCode ?? "a signal"}: ${f.output || "no output"}`,
  JOURNAL_CORRUPT: (f) =>
    `${f.path} is damaged at byte ${f.offset} (${f.reason}): restore a copy of the file, or cut it at that byte and lose every block from there on`,
  JOURNAL_WRITE_FAILED: (f) => `cannot write ${f.path}: ${f.reason}`,
  REPLAY_DIVERGED: (f) =>
    `block ${f.block} came out as ${f.actual}, the journal says ${f.expected}`,
  ENGINE_LOST: (f) => `anvil is gone: ${f.reason}`,
  ENGINE_KEEPS_DYING: (f) => `anvil died ${f.attempts} times without making a block: ${f.reason}`,
  CLOSING: () => "the chain is closing",
  TRANSACTION_MALFORMED: (f) => `malformed transaction: ${f.reason}`,
  TRANSACTION_TYPE_UNSUPPORTED: (f) => `transactions of type ${f.type} are not supported`,
  TRANSACTION_TOO_LARGE: (f) => `oversized data: transaction size ${f.bytes}, limit ${f.limit}`,
  WRONG_CHAIN: (f) => `invalid chain id for signer: have ${f.actual} want ${f.expected}`,
  GAS_LIMIT_TOO_HIGH: (f) => `exceeds block gas limit: ${f.gasLimit} of ${f.blockGasLimit}`,
  NONCE_TOO_LOW: (f) => `nonce too low: ${f.sender} expects ${f.expected}, got ${f.actual}`,
  NONCE_GAP: (f) => `nonce too high: ${f.sender} expects ${f.expected}, got ${f.actual}`,
  QUEUE_FULL: (f) => `the queue is full: ${f.queued} transactions wait; send again later`,
  TRANSACTION_REFUSED: (f) => f.reason,
  TRANSACTION_NOT_INCLUDED: (f) =>
    `could not be executed in block ${f.block}: an earlier transaction of the block took its funds or its nonce`,
  STATE_TOO_OLD: (f) => `the state of block ${f.block} is not kept; the oldest kept is ${f.oldest}`,
  WAIT_CANCELLED: () => "the wait was cancelled",
};

function describe(failure: ChainFailure): string {
  // The table is exhaustive and keyed by the code, which the compiler cannot correlate here.
  const text = texts[failure.code] as (failure: ChainFailure) => string;
  return text(failure);
}

/** Whether the operating system gave this error, as in `hasCode(error, "ENOENT")`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The words of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
