import type { Engine } from "../engine/engine.ts";
import type { EngineHost } from "../engine/engine-host.ts";
import { ChainError } from "../error.ts";
import { fromHex, type Hex, quantity } from "../hex.ts";
import type { StateHistory } from "../history.ts";
import { pastBlock, readPast } from "../past-reads.ts";
import type { Pool } from "../pool.ts";
import { RpcFault } from "../rpc-fault.ts";
import type { Sequencer } from "../sequencer.ts";
import type { Keccak } from "../transaction/keccak.ts";
import { parseTransaction, type TransactionRules } from "../transaction/transaction.ts";
import type { Target } from "../waiters.ts";
import { feeHistory } from "./fee-history.ts";
import { type Call, faultText, parseMessage, resultText, toFault } from "./json-rpc.ts";
import { isRead } from "./methods.ts";
import type { ReadMemo } from "./read-memo.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Collaborators of the dispatcher. */
export interface DispatcherParts {
  readonly sequencer: Sequencer;
  readonly pool: Pool;
  readonly host: EngineHost;
  readonly history: StateHistory;
  readonly memo: ReadMemo;
  readonly keccak: Keccak;
}

/** The connection that a request came by. */
export interface Caller {
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** WebSocket connections have them. */
  readonly subscriptions?: Subscriptions;
}

/** Answers JSON-RPC messages, whatever they came by. */
export class Dispatcher {
  readonly #rules: TransactionRules;
  readonly #parts: DispatcherParts;

  constructor(rules: TransactionRules, parts: DispatcherParts) {
    this.#rules = rules;
    this.#parts = parts;
  }

  /** The answer's text, or undefined when none is due; never throws. */
  async answer(text: string, caller: Caller): Promise<string | undefined> {
    const message = parseMessage(text);
    switch (message.kind) {
      case "refused":
        return faultText(null, message.fault);
      case "single":
        return this.#answerCall(message.call, caller);
      case "batch": {
        const answers = await Promise.all(message.calls.map((c) => this.#answerCall(c, caller)));
        const due = answers.filter((answer) => answer !== undefined);
        return due.length === 0 ? undefined : `[${due.join(",")}]`;
      }
    }
  }

  async #answerCall(call: Call | RpcFault, caller: Caller): Promise<string | undefined> {
    if (call instanceof RpcFault) return faultText(null, call);
    const text = await this.#run(call, caller).catch((error: unknown) =>
      faultText(call.id, toFault(error)),
    );
    return call.id === undefined ? undefined : text;
  }

  async #run(call: Call, caller: Caller): Promise<string> {
    const own = this.#own(call, caller);
    if (own !== undefined) return resultText(call.id, await own);
    if (!isRead(call.method)) throw refusal(call.method);
    const { history, host, memo } = this.#parts;
    const past = pastBlock(history, call.method, call.params);
    if (past === undefined) return memo.forward(call);
    const read = (engine: Engine): Promise<unknown> =>
      readPast(history, engine, past, call.method, call.params);
    return resultText(call.id, await host.read(read));
  }

  /** What we answer ourselves; undefined for everything else. */
  #own({ method, params }: Call, caller: Caller): Promise<unknown> | unknown {
    switch (method) {
      case "eth_chainId":
        return quantity(this.#rules.chainId);
      case "net_version":
        return String(this.#rules.chainId);
      case "eth_accounts":
        return [];
      // Gas is free here; the engine would suggest a gwei, which accounts without funds cannot pay.
      case "eth_gasPrice":
      case "eth_maxPriorityFeePerGas":
        return "0x0";
      case "eth_feeHistory":
        return this.#parts.host.read((engine) => feeHistory(engine, params));
      case "eth_sendRawTransaction":
        return this.#send(params[0]);
      case "eth_getTransactionCount":
        return params[1] === "pending" ? this.#pendingNonce(params[0]) : undefined;
      case "deed_waitUntil":
        return this.#waitUntil(params[0], caller.signal);
      case "eth_subscribe":
        return connected(caller).subscribe(params);
      case "eth_unsubscribe":
        return connected(caller).unsubscribe(params);
      default:
        return undefined;
    }
  }

  async #send(parameter: unknown): Promise<Hex> {
    const raw = fromHex(parameter);
    if (raw === undefined) {
      throw new ChainError({ code: "TRANSACTION_MALFORMED", reason: "not a hex string" });
    }
    return this.#parts.sequencer.submit(parseTransaction(raw, this.#rules, this.#parts.keccak));
  }

  // The engine knows nothing of what waits in our queue.
  async #pendingNonce(address: unknown): Promise<Hex> {
    const sender = String(address).toLowerCase() as Hex;
    const atHead = await this.#parts.host.read((engine) =>
      engine.request("eth_getTransactionCount", [sender, "latest"]),
    );
    return quantity(this.#parts.pool.nonceAfter(sender, Number(atHead)));
  }

  async #waitUntil(parameter: unknown, signal: AbortSignal): Promise<unknown> {
    const head = await this.#parts.sequencer.waitUntil(parseTarget(parameter), signal);
    const { number, hash, timestampSec } = head;
    return { number: quantity(number), hash, timestamp: quantity(timestampSec) };
  }
}

function parseTarget(parameter: unknown): Target {
  const { timestamp, blockNumber } = (parameter ?? {}) as Record<string, unknown>;
  if (timestamp !== undefined && blockNumber === undefined) {
    return { kind: "time", timestampSec: wholeNumber(timestamp) };
  }
  if (blockNumber !== undefined && timestamp === undefined) {
    return { kind: "block", number: wholeNumber(blockNumber) };
  }
  throw new RpcFault(-32602, "deed_waitUntil takes {timestamp} or {blockNumber}");
}

function wholeNumber(value: unknown): number {
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : -1;
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new RpcFault(-32602, "expected a whole number");
}

function connected(caller: Caller): Subscriptions {
  if (caller.subscriptions !== undefined) return caller.subscriptions;
  throw new RpcFault(-32601, "subscriptions need a WebSocket connection");
}

function refusal(method: string): RpcFault {
  const reason = /^(anvil|evm|hardhat|tenderly|ots|erigon|txpool|personal|miner|engine)_/.test(
    method,
  )
    ? "the journal alone decides what this chain holds"
    : "this chain does not know it";
  return new RpcFault(-32601, `the method ${method} does not exist here: ${reason}`);
}
