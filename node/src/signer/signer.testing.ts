import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex, encodeRecord, type Hex, joinHex, wordHex } from "@deed/protocol/encoding";
import type { SignerConfig } from "./config.ts";
import type { SystemUser } from "./give-up-root.ts";
import { createKeystore } from "./keystore.ts";
import type { BatchToRecord, TransactionToSign } from "./signer-api.ts";
import { type ClientTerms, type LocalSigner, SignerClient } from "./signer-client.ts";
import { SignerError, type SignerFailure } from "./signer-error.ts";
import { type SpawnedSigner, spawnSigner } from "./spawn-signer.ts";

export const PASSPHRASE = "correct horse battery staple";
export const CHAIN_ID = 31_337;
export const CONTRACTS: SignerConfig["contracts"] = {
  intents: addressOf(1),
  executions: addressOf(2),
  disputes: addressOf(3),
  registry: addressOf(4),
};
/** The one function that a test's action key may call, and its selector. */
export const FUNCTION = "store(uint256)";
export const SELECTOR: Hex = "0x6057361d";

/** A directory with a keystore, and signers in it. */
export interface SignerBench {
  readonly directory: string;
  readonly config: SignerConfig;
  spawn(
    changes?: Partial<SignerConfig>,
    passphrase?: string,
    user?: SystemUser,
    configPath?: string,
  ): Promise<SpawnedSigner>;
  client(changes?: Partial<LocalSigner & ClientTerms>): SignerClient;
  /** What all signers of this bench have logged. */
  logged(): string;
  /** Ends all signers and clients; others may follow. */
  end(): Promise<void>;
  close(): Promise<void>;
}

export async function createSignerBench(): Promise<SignerBench> {
  const directory = mkdtempSync(join(tmpdir(), "deed-signer-"));
  const keystorePath = join(directory, "keystore.json");
  await createKeystore({ path: keystorePath, passphrase: PASSPHRASE, cost: 1024 });
  const config = aConfig(directory, keystorePath);
  const logFd = openSync(join(directory, "signer.log"), "a");
  const spawned: SpawnedSigner[] = [];
  const clients: SignerClient[] = [];
  const end = async (): Promise<void> => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(spawned.splice(0).map((signer) => signer.close()));
  };
  return {
    directory,
    config,
    spawn: async (
      changes = {},
      passphrase = PASSPHRASE,
      user = undefined,
      configPath = join(directory, "signer.json"),
    ) => {
      const signer = await spawnSigner({
        config: { ...config, ...changes },
        configPath,
        passphrase,
        user,
        logFd,
      });
      spawned.push(signer);
      return signer;
    },
    client: (changes = {}) => {
      const token = changes.token ?? readFileSync(config.tokenPath, "utf8").trim();
      const client = new SignerClient({ socketPath: config.socketPath, ...changes, token });
      clients.push(client);
      return client;
    },
    logged: () => readFileSync(join(directory, "signer.log"), "utf8"),
    end,
    close: async () => {
      await end();
      closeSync(logFd);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function aConfig(directory: string, keystorePath: string): SignerConfig {
  return {
    version: 1,
    socketPath: join(directory, "run", "signer.sock"),
    tokenPath: join(directory, "token"),
    keystorePath,
    auditLogPath: join(directory, "audit.log"),
    chainId: CHAIN_ID,
    contracts: CONTRACTS,
    operatorNo: 5,
    nodeNo: 7,
    beaconChainNo: 1,
    transactions: {
      allow: [{ contract: CONTRACTS.executions, function: FUNCTION }],
      maxGas: 16_000_000,
      maxFeePerGasWei: "100000000000",
      firstNonce: 0,
    },
    lockWaitMs: 0,
  };
}

export function hash(number: number): Hex {
  return wordHex(number);
}

export function addressOf(number: number): Hex {
  return `0x${number.toString(16).padStart(40, "0")}`;
}

/** A batch of one's own executions: ids follow from batch and position. */
export function aBatch(batchNo: number, count = 2, bundle = 0): BatchToRecord {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return {
    batchNo,
    posted: (1n << BigInt(count)) - 1n,
    items: numbers.map((index) => ({
      executionId: hash(batchNo * 1000 + index),
      intentNo: 3,
      attempt: 1,
      ordinal: index + 1,
      t0Sec: 1_700_000_000,
    })),
    records: joinHex(...numbers.map((index) => aRecord(batchNo * 1000 + index, bundle))),
  };
}

export function aRecord(transcript: number, bundle: number, attempt = 1): Hex {
  return bytesToHex(
    encodeRecord({
      transcriptRoot: hash(transcript),
      bundleSha256: hash(bundle),
      status: "ok",
      sandbox: "process",
      adapter: "process",
      runtime: 1,
      leafCount: 4,
      attempt,
      startedMs: 1,
      endedMs: 2,
      feeGwei: 0n,
      bundleBytes: 0,
    }),
  );
}

export function aTransaction(
  nonce: number,
  changes: Partial<TransactionToSign> = {},
): TransactionToSign {
  return {
    nonce,
    to: CONTRACTS.executions,
    data: joinHex(SELECTOR, hash(nonce)),
    gas: 1_000_000,
    maxFeePerGasWei: 0n,
    maxPriorityFeePerGasWei: 0n,
    ...changes,
  };
}

/** Why a promise was rejected. */
export async function failureFrom(promise: Promise<unknown>): Promise<SignerFailure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SignerError) return error.failure;
    throw error;
  }
  throw new Error("it was not refused");
}
