import { createHash } from "node:crypto";
import { readFileSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment } from "@deed/sdk";
import type { FeeConfig, SignerPlace } from "./config.ts";
import type { RemoteSignerPlace } from "./config-links.ts";
import { nodeCalls } from "./node-calls.ts";
import type { SignerConfig } from "./signer/config.ts";
import type { SystemUser } from "./signer/give-up-root.ts";
import { readLinkFiles } from "./signer/remote/link-files.ts";
import { readSecretFile } from "./signer/secret-file.ts";
import type { AuditMinimum } from "./signer/signer-api.ts";
import { SignerClient } from "./signer/signer-client.ts";
import { SignerError } from "./signer/signer-error.ts";
import { spawnSigner } from "./signer/spawn-signer.ts";
import type { Logger } from "./telemetry/logger.ts";

export interface OpenSignerOptions {
  readonly place: SignerPlace;
  readonly nodeNo: number;
  readonly operatorNo: number;
  readonly deployment: Deployment;
  readonly fees: FeeConfig;
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
  if (place.kind === "tls") return openRemote(place, minimumAudit, logger);
  return spawnOwn(options, place, logger);
}

function openRemote(
  { host, port, files, tokenPath }: RemoteSignerPlace,
  minimumAudit: AuditMinimum,
  logger: Logger,
): OpenedSigner {
  const material = readLinkFiles(files, "signer");
  const remote = { host, port, material, signerKeys: files.otherKeys };
  const token = readSecretFile(tokenPath, "signer.tokenFile");
  const client = new SignerClient({ remote, token, minimumAudit }, { logger });
  return { client, ended: new Promise(() => undefined), close: async () => client.close() };
}

type SpawnPlace = Extract<SignerPlace, { kind: "spawn" }>;

async function spawnOwn(
  options: OpenSignerOptions,
  place: SpawnPlace,
  logger: Logger,
): Promise<OpenedSigner> {
  const { minimumAudit } = options;
  const { directory, user, passphraseFile } = place;
  const socketFolder = socketFolderOf(directory);
  const config = spawnConfig(options, place, join(socketFolder, "signer.sock"));
  const removeFolder = (): void => {
    if (socketFolder !== directory) removeEmpty(socketFolder);
  };
  if (user === null) logger.warn("Signer runs as the node's own user", { uid: process.getuid?.() });
  const spawned = await spawnSigner({
    config,
    configPath: join(directory, "signer.json"),
    passphrase: passphraseIn(passphraseFile),
    user: userOf(place),
  }).catch((error: unknown) => {
    removeFolder();
    throw error;
  });
  const token = readFileSync(config.tokenPath, "utf8").trim();
  const client = new SignerClient(
    { socketPath: config.socketPath, token, minimumAudit },
    { logger },
  );
  const close = async (): Promise<void> => {
    client.close();
    await spawned.close();
    removeFolder();
  };
  return { client, ended: spawned.ended, close };
}

// With a socket in it, it is another signer's: of one that runs already, or of one that has followed.
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // The next signer of this directory uses it.
  }
}

// Asked for only where a key lies in a keystore.
function passphraseIn(path: string | null): string {
  return path === null ? "" : readFileSync(path, "utf8").replace(/\r?\n$/, "");
}

/** Errors: SignerError E_CONFIG, where only root could change to that user. */
function userOf({ user }: SpawnPlace): SystemUser | undefined {
  const own = process.getuid?.();
  if (user === null || own === user.uid) return undefined;
  if (own !== 0) {
    throw new SignerError({ code: "E_CONFIG", field: "signer.uid: only root can change to it" });
  }
  return user;
}

function spawnConfig(
  options: OpenSignerOptions,
  place: SpawnPlace,
  socketPath: string,
): SignerConfig {
  const { nodeNo, operatorNo, deployment, minimumAudit } = options;
  const { chainId, intents, executions, disputes, registry } = deployment;
  const { directory, beaconChainNo, firstNonce, keys, moreKeys } = place;
  return {
    version: 1,
    socketPath,
    tokenPath: join(directory, "token"),
    keystorePath: join(directory, "keystore.json"),
    ...(keys === null ? {} : { keys }),
    ...(moreKeys.length === 0 ? {} : { moreKeys }),
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
      ...spendOf(options.fees),
    },
    minimumAudit,
  };
}

function spendOf(fees: FeeConfig): Pick<SignerConfig["transactions"], "spend"> {
  if (fees.kind === "free") return {};
  const { maxPerDayWei } = fees;
  return { spend: { perHourWei: `${maxPerDayWei / 4n}`, perDayWei: `${maxPerDayWei}` } };
}

/** Sockets have short paths: of a folder with a long one, its stand-in among the system's temporary folders. */
function socketFolderOf(directory: string): string {
  if (Buffer.byteLength(join(directory, "signer.sock")) <= LONGEST_SOCKET_PATH) return directory;
  const name = createHash("sha256").update(directory).digest("hex").slice(0, 16);
  return join(tmpdir(), `deed-signer-${name}`);
}
