import { RpcFault } from "../rpc-fault.ts";

/** A log as JSON-RPC shows it. */
export interface Log {
  readonly address: string;
  readonly topics: readonly string[];
}

/** Chooses logs by address and topics, as `eth_subscribe` defines it. */
export type LogFilter = (log: Log) => boolean;

/** Reads the filter of a `logs` subscription; undefined takes all. */
export function parseLogFilter(value: unknown): LogFilter {
  const { address, topics } = (value ?? {}) as Record<string, unknown>;
  const addresses = alternatives(address, "address");
  if (topics !== undefined && topics !== null && !Array.isArray(topics)) {
    throw new RpcFault(-32602, "topics must be an array");
  }
  const wanted = (topics ?? []).map((topic: unknown) => alternatives(topic, "topics"));
  return (log) =>
    matches(addresses, log.address) &&
    wanted.every((choice: Choice, place: number) => matches(choice, log.topics[place]));
}

type Choice = ReadonlySet<string> | "any";

function matches(choice: Choice, value: string | undefined): boolean {
  if (value === undefined) return false;
  return choice === "any" || choice.has(value.toLowerCase());
}

function alternatives(value: unknown, field: string): Choice {
  if (value === undefined || value === null) return "any";
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return "any";
  if (!list.every((item) => typeof item === "string" && /^0x[0-9a-fA-F]*$/.test(item))) {
    throw new RpcFault(-32602, `${field} must be hex strings`);
  }
  return new Set(list.map((item) => String(item).toLowerCase()));
}
