import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  beaconAbi,
  disputesAbi,
  executionsAbi,
  gatewayAbi,
  intentsAbi,
  registryAbi,
} from "@deed/contracts";
import type { Hex } from "@deed/protocol/encoding";
import { type Abi, parseTransaction, toFunctionSelector } from "viem";

/** One JSON-RPC call of one node. */
export interface RpcCall {
  readonly nodeNo: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A call that waits for the test's word. */
export interface HeldCall extends RpcCall {
  /** Lets it through, whether or not its sender still lives. */
  forward(): void;
  /** It never arrives. */
  drop(): void;
}

export interface Hold {
  /** The next call that was held. Errors: the signal's reason. */
  next(signal: AbortSignal): Promise<HeldCall>;
  /** Lets through what nobody took, and holds no more. */
  end(): void;
}

type Decision = "forward" | "drop";

interface Holding {
  readonly matches: (call: RpcCall) => boolean;
  readonly held: { readonly call: HeldCall; readonly decide: (decision: Decision) => void }[];
  wake: () => void;
}

/** Stands between nodes and chain: a test decides when, and whether, a call arrives. */
export class RpcGate {
  readonly #server = createServer((request, response) => {
    this.#pass(request, response).catch(() => response.destroy());
  });
  readonly #holds = new Set<Holding>();
  #upstream = "";

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  /** The endpoint of one node. */
  readonly urlOf = (nodeNo: number, chainUrl: string): string => {
    this.#upstream = chainUrl;
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${nodeNo}`;
  };

  hold(matches: (call: RpcCall) => boolean): Hold {
    const holding: Holding = { matches, held: [], wake: () => undefined };
    this.#holds.add(holding);
    return {
      next: (signal) => nextOf(holding, signal),
      end: () => {
        this.#holds.delete(holding);
        for (const { decide } of holding.held.splice(0)) decide("forward");
      },
    };
  }

  close(): Promise<void> {
    for (const { held } of this.#holds) for (const { decide } of held) decide("drop");
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const nodeNo = Number(request.url?.slice(1));
    if ((await this.#decision(callsOf(body, nodeNo))) === "drop") {
      response.destroy();
      return;
    }
    const headers = { "content-type": "application/json" };
    const answer = await fetch(this.#upstream, { method: "POST", headers, body });
    const text = await answer.text();
    response.writeHead(answer.status, headers).end(text);
  }

  async #decision(calls: readonly RpcCall[]): Promise<Decision> {
    for (const holding of this.#holds) {
      const call = calls.find(holding.matches);
      if (call === undefined) continue;
      const decision = await new Promise<Decision>((decide) => {
        const forward = (): void => decide("forward");
        const drop = (): void => decide("drop");
        holding.held.push({ call: { ...call, forward, drop }, decide });
        holding.wake();
      });
      if (decision === "drop") return decision;
    }
    return "forward";
  }
}

/** Calls that send a transaction to one function of Deed's contracts. */
export function sends(functionName: string): (call: RpcCall) => boolean {
  const selector = SELECTORS.get(functionName);
  if (selector === undefined) throw new RangeError(`no contract has ${functionName}`);
  return ({ method, params }) =>
    method === "eth_sendRawTransaction" &&
    parseTransaction(params[0] as Hex).data?.startsWith(selector) === true;
}

/** Calls that ask one function of Deed's contracts. */
export function asks(functionName: string): (call: RpcCall) => boolean {
  const selector = SELECTORS.get(functionName);
  if (selector === undefined) throw new RangeError(`no contract has ${functionName}`);
  return ({ method, params }) =>
    method === "eth_call" && (params[0] as { data?: Hex }).data?.startsWith(selector) === true;
}

const ABIS: readonly Abi[] = [
  beaconAbi,
  disputesAbi,
  executionsAbi,
  gatewayAbi,
  intentsAbi,
  registryAbi,
];
const SELECTORS: ReadonlyMap<string, Hex> = new Map(
  ABIS.flatMap((abi) =>
    abi.flatMap((item) =>
      item.type === "function" ? [[item.name, toFunctionSelector(item)] as const] : [],
    ),
  ),
);

function nextOf(holding: Holding, signal: AbortSignal): Promise<HeldCall> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const first = holding.held.shift();
      if (first === undefined) return;
      holding.wake = () => undefined;
      signal.removeEventListener("abort", late);
      resolve(first.call);
    };
    const late = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", late, { once: true });
    holding.wake = look;
    look();
  });
}

function callsOf(body: string, nodeNo: number): readonly RpcCall[] {
  const parsed = JSON.parse(body) as Omit<RpcCall, "nodeNo"> | Omit<RpcCall, "nodeNo">[];
  return (Array.isArray(parsed) ? parsed : [parsed]).map(({ method, params }) => ({
    nodeNo,
    method,
    params,
  }));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}
