import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createKeystore, type KeysConfig, SCRYPT_COST } from "@deed/node";
import { SignerClient, type SignerConfig, spawnSigner } from "@deed/node/parts";
import type { Hex } from "@deed/protocol/encoding";

export const CHAIN_ID = 31_337;
const PASSPHRASE = "of a measurement";
/** Without bounds that matter: the signer is measured, not its patience. */
const UNBOUNDED = { perSec: 1_000_000, burst: 1_000_000 };

/** A signer process with keys of its own, and a connection to it. */
export interface BenchSigner {
  readonly client: SignerClient;
  readonly caHash: Hex;
  close(): Promise<void>;
}

/** Starts one in a folder. */
export async function openBenchSigner(
  directory: string,
  nodeNo: number,
  keys: KeysConfig | null = null,
): Promise<BenchSigner> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const config = { ...configOf(directory, nodeNo), ...(keys === null ? {} : { keys }) };
  const { keystorePath: path } = config;
  await createKeystore({ path, passphrase: PASSPHRASE, cost: SCRYPT_COST.cheap });
  const logFd = openSync(join(directory, "signer.log"), "a");
  try {
    const configPath = join(directory, "signer.json");
    const spawned = await spawnSigner({ config, configPath, passphrase: PASSPHRASE, logFd });
    const token = readFileSync(config.tokenPath, "utf8").trim();
    const client = new SignerClient({ socketPath: config.socketPath, token });
    return {
      client,
      caHash: spawned.publicKeys.caHash,
      close: async () => {
        client.close();
        await spawned.close();
      },
    };
  } finally {
    closeSync(logFd);
  }
}

function configOf(directory: string, nodeNo: number): SignerConfig {
  return {
    version: 1,
    socketPath: join(directory, "signer.sock"),
    tokenPath: join(directory, "token"),
    keystorePath: join(directory, "keystore.json"),
    auditLogPath: join(directory, "audit.log"),
    chainId: CHAIN_ID,
    contracts: {
      intents: addressOf(1),
      executions: addressOf(2),
      disputes: addressOf(3),
      registry: addressOf(4),
    },
    operatorNo: nodeNo,
    nodeNo,
    beaconChainNo: 1,
    transactions: { allow: [], maxGas: 1, maxFeePerGasWei: "1", firstNonce: 0 },
    rates: { RecordBatch: UNBOUNDED, Commitment: UNBOUNDED, Certificate: UNBOUNDED },
  };
}

function addressOf(no: number): Hex {
  return `0x${no.toString(16).padStart(40, "0")}`;
}
