import { readFileSync } from "node:fs";
import { type Hex, isHex } from "@deed/protocol/encoding";
import { parseFunction } from "./abi-type.ts";
import { AUDITED_KINDS, type AuditedKind } from "./audit-entry.ts";
import { checkKeysConfig, type KeysConfig } from "./key-config.ts";
import { areLinkKeys } from "./remote/link-files.ts";
import type { RemoteDoorOptions } from "./remote/remote-door.ts";
import type { AuditMinimum } from "./signer-api.ts";
import { SignerError } from "./signer-error.ts";

/** Contracts whose domain a structure is signed under (spec 01). */
export interface SigningContracts {
  readonly intents: Hex;
  readonly executions: Hex;
  readonly disputes: Hex;
  readonly registry: Hex;
}

/** A function that the action key may call. */
export interface AllowedCall {
  readonly contract: Hex;
  /** Name and types of its arguments, as `revealVote(uint64,uint32,…)`: the signer decodes them. */
  readonly function: string;
  /** Which argument must be this node's number: its index, and indices inside it. */
  readonly ownNode?: readonly number[];
  /** Which argument must be the number of a batch for which this log signed a record. */
  readonly ownRecord?: readonly number[];
}

/** Tokens per second, and how many may be saved up. */
export interface Rate {
  readonly perSec: number;
  readonly burst: number;
}

/** What one signer is for. A JSON file, written by who operates the node. */
export interface SignerConfig {
  readonly version: 1;
  /** Below 100 characters; its directory is closed to others. */
  readonly socketPath: string;
  /** Read by the node, too: who can read it may ask for signatures. */
  readonly tokenPath: string;
  readonly keystorePath: string;
  /** Where each key is. Default: all in the keystore. */
  readonly keys?: KeysConfig;
  /** Set 2, 3, … of the keys. Default: the keystores of these numbers beside the first, as many as there are. */
  readonly moreKeys?: readonly KeysConfig[];
  /** For a log that begins when the one before was lost, with a new duty key: the newest positions that the ledger shows. */
  readonly continues?: Readonly<Record<AuditedKind, number>>;
  readonly auditLogPath: string;
  /** Else the passphrase comes from the descriptor that the environment names. */
  readonly passphrasePath?: string;
  readonly chainId: number;
  readonly contracts: SigningContracts;
  readonly operatorNo: number;
  /** 0 before the node is registered: then it signs no receipts and no certificates. */
  readonly nodeNo: number;
  /** The lowest number of a beacon chain that is still in use. */
  readonly beaconChainNo: number;
  readonly transactions: {
    readonly allow: readonly AllowedCall[];
    readonly maxGas: number;
    /** Decimal. */
    readonly maxFeePerGasWei: string;
    /** Most that may be spent, decimal, counted as gas limit at highest fee; none when left out. */
    readonly spend?: { readonly perHourWei?: string; readonly perDayWei?: string };
    /** Nonce of the action key's first transaction. */
    readonly firstNonce: number;
  };
  /** By structure or method; what is missing has the default. */
  readonly rates?: Readonly<Record<string, Rate>>;
  /** What the ledger has seen at the start. */
  readonly minimumAudit?: AuditMinimum;
  /** Group of the node where it runs as another user: it may pass the socket's folder, use the socket, read the token. */
  readonly clientGid?: number;
  /** For a node on another machine: TLS 1.3 with both ends' keys named. Left out: the Unix socket alone. */
  readonly remote?: RemoteDoorOptions;
  /** End when the parent closes standard input. */
  readonly endWithParent?: boolean;
  /** How long to wait for a predecessor that is ending. Default 3 s. */
  readonly lockWaitMs?: number;
}

const LONGEST_SOCKET_PATH = 100;

/** Reads and checks a configuration file. Errors: E_CONFIG. */
export function readConfig(path: string): SignerConfig {
  let config: SignerConfig;
  try {
    config = JSON.parse(readFileSync(path, "utf8")) as SignerConfig;
  } catch (error) {
    throw new SignerError({ code: "E_CONFIG", field: path }, { cause: error });
  }
  return checkConfig(config);
}

/** Refuses what would fail later. Errors: E_CONFIG. */
export function checkConfig(config: SignerConfig): SignerConfig {
  const { contracts, transactions } = config;
  const paths = [config.socketPath, config.tokenPath, config.keystorePath, config.auditLogPath];
  require(config.version === 1, "version");
  require(paths.every((path) => typeof path === "string" && path !== ""), "paths");
  require(Buffer.byteLength(config.socketPath) <= LONGEST_SOCKET_PATH, "socketPath");
  for (const name of ["chainId", "operatorNo", "nodeNo", "beaconChainNo"] as const) {
    require(isCount(config[name]), name);
  }
  for (const name of ["intents", "executions", "disputes", "registry"] as const) {
    require(isHex(contracts?.[name], 20), `contracts.${name}`);
  }
  require(Array.isArray(transactions?.allow), "transactions.allow");
  for (const call of transactions.allow) {
    const isCall = isHex(call.contract, 20) && parseFunction(call.function) !== null;
    require(isCall, `transactions.allow: ${call.function}`);
    for (const path of [call.ownNode ?? [], call.ownRecord ?? []]) {
      require(Array.isArray(path) && path.every(isCount), `transactions.allow: ${call.function}`);
    }
  }
  require(isCount(transactions.maxGas) && isCount(transactions.firstNonce), "transactions");
  require(config.clientGid === undefined || isCount(config.clientGid), "clientGid");
  require(/^\d+$/.test(transactions.maxFeePerGasWei), "transactions.maxFeePerGasWei");
  for (const wei of Object.values(transactions.spend ?? {})) {
    require(/^\d+$/.test(wei), "transactions.spend");
  }
  checkMinimum(config.minimumAudit ?? {});
  if (config.keys !== undefined) checkKeysConfig(config.keys);
  if (config.remote !== undefined) checkRemote(config.remote);
  for (const keys of config.moreKeys ?? []) checkKeysConfig(keys);
  for (const kind of config.continues === undefined ? [] : AUDITED_KINDS) {
    require(isCount(config.continues?.[kind]), `continues.${kind}`);
  }
  return config;
}

function checkRemote({ host, port, certPath, keyPath, otherKeys }: RemoteDoorOptions): void {
  for (const [name, text] of Object.entries({ host, certPath, keyPath })) {
    require(typeof text === "string" && text !== "", `remote.${name}`);
  }
  require(isCount(port) && port <= 65_535, "remote.port");
  require(areLinkKeys(otherKeys), "remote.otherKeys");
}

/** Refuses a minimum that is not one. */
export function checkMinimum(minimum: AuditMinimum): void {
  const known: readonly string[] = [...AUDITED_KINDS, "Transaction"];
  for (const [kind, value] of Object.entries(minimum)) {
    require(known.includes(kind) && isCount(value), "minimumAudit");
  }
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function require(holds: boolean, field: string): void {
  if (!holds) throw new SignerError({ code: "E_CONFIG", field });
}
