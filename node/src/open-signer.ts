import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Deployment } from "@deed/sdk";
import type { SignerPlace } from "./config.ts";
import { nodeCalls } from "./node-calls.ts";
import type { SignerConfig } from "./signer/config.ts";
import type { AuditMinimum } from "./signer/signer-api.ts";
import { SignerClient } from "./signer/signer-client.ts";
import { spawnSigner } from "./signer/spawn-signer.ts";
import type { Logger } from "./telemetry/logger.ts";

export interface OpenSignerOptions {
  readonly place: SignerPlace;
  readonly nodeNo: number;
  readonly operatorNo: number;
  readonly deployment: Deployment;
  /** What the ledger has seen: a signer that is behind it is a restored copy. */
  readonly minimumAudit: AuditMinimum;
}

/** The connection to the signer, and the signer itself where this process runs it. */
export interface OpenedSigner {
  readonly client: SignerClient;
  /** Resolves when a spawned signer ended by itself; never for one that somebody else runs. */
  readonly ended: Promise<number | string>;
  close(): Promise<void>;
}

const MAX_GAS = 16_000_000;
const MAX_FEE_PER_GAS_WEI = "1000000000000";
const LONGEST_SOCKET_PATH = 100;

/** Connects to the signer; starts it first when it is this process's own. Errors: SignerError. */
export async function openSigner(
  options: OpenSignerOptions,
  collaborators: { readonly logger: Logger },
): Promise<OpenedSigner> {
  const { place, minimumAudit } = options;
  const { logger } = collaborators;
  if (place.kind === "socket") {
    const token = readFileSync(place.tokenPath, "utf8").trim();
    const client = new SignerClient(
      { socketPath: place.socketPath, token, minimumAudit },
      { logger },
    );
    return { client, ended: new Promise(() => undefined), close: async () => client.close() };
  }
  const config = spawnConfig(options, place);
  const spawned = await spawnSigner({
    config,
    configPath: join(place.directory, "signer.json"),
    passphrase: readFileSync(place.passphraseFile, "utf8").replace(/\r?\n$/, ""),
  });
  const token = readFileSync(config.tokenPath, "utf8").trim();
  const client = new SignerClient(
    { socketPath: config.socketPath, token, minimumAudit },
    { logger },
  );
  const close = async (): Promise<void> => {
    client.close();
    await spawned.close();
  };
  return { client, ended: spawned.ended, close };
}

function spawnConfig(
  options: OpenSignerOptions,
  place: Extract<SignerPlace, { kind: "spawn" }>,
): SignerConfig {
  const { nodeNo, operatorNo, deployment, minimumAudit } = options;
  const { chainId, intents, executions, disputes, registry } = deployment;
  const { directory, beaconChainNo, firstNonce } = place;
  return {
    version: 1,
    socketPath: socketPathIn(directory),
    tokenPath: join(directory, "token"),
    keystorePath: join(directory, "keystore.json"),
    auditLogPath: join(directory, "audit.log"),
    chainId,
    contracts: { intents, executions, disputes, registry },
    operatorNo,
    nodeNo,
    beaconChainNo,
    transactions: {
      allow: nodeCalls(deployment),
      maxGas: MAX_GAS,
      maxFeePerGasWei: MAX_FEE_PER_GAS_WEI,
      firstNonce,
    },
    minimumAudit,
  };
}

/** Sockets have short paths: a long one moves to the system's folder for temporary files. */
function socketPathIn(directory: string): string {
  const path = join(directory, "signer.sock");
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path;
  const name = createHash("sha256").update(directory).digest("hex").slice(0, 16);
  const short = join(tmpdir(), `deed-signer-${name}`, "signer.sock");
  mkdirSync(dirname(short), { recursive: true, mode: 0o700 });
  return short;
}
