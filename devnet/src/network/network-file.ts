import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Deployment, parseDeployment } from "@deed/sdk";
import { NetworkError } from "./network-error.ts";

/** What a second start of the same directory must know. */
export interface NetworkFile {
  readonly network: "deed.network.1";
  readonly deployment: Deployment;
  readonly rpcPort: number;
  readonly nodes: readonly NodePorts[];
  /** Where the signers have users of their own: the number before the first one's. */
  readonly firstSignerUid?: number;
}

export interface NodePorts {
  readonly nodeNo: number;
  readonly operatorNo: number;
  readonly peerPort: number;
  readonly apiPort: number;
}

const NAME = "network.json";

/** @returns null in a directory without a network. */
export function readNetworkFile(directory: string): NetworkFile | null {
  const path = join(directory, NAME);
  if (!existsSync(path)) return null;
  try {
    const json = JSON.parse(readFileSync(path, "utf8")) as NetworkFile;
    if (json.network !== "deed.network.1") throw new TypeError("another version");
    return { ...json, deployment: parseDeployment(json.deployment) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkError({ code: "NETWORK_FILE_MALFORMED", path, reason }, { cause });
  }
}

export function writeNetworkFile(directory: string, file: NetworkFile): void {
  const path = join(directory, NAME);
  writeFileSync(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
