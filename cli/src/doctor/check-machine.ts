import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, freemem, totalmem } from "node:os";
import { join } from "node:path";
import { type Finding, finding } from "./finding.ts";

const OLDEST_NODE = [20, 19] as const;
const MB = 1024 * 1024;
/** Seven nodes with their signers and the chain. */
const NETWORK_MB = 2048;
const FREE_DISK_MB = 1024;
const FSYNCS = 21;
/** Every acknowledged transaction and every signature waits for one. */
const SLOW_FSYNC_MS = 25;

export function checkNodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [needsMajor, needsMinor] = OLDEST_NODE;
  const isNew = major > needsMajor || (major === needsMajor && minor >= needsMinor);
  if (isNew) return finding("node", "ok", version);
  const remedy = `Install Node ${needsMajor}.${needsMinor} or newer.`;
  return finding("node", "fail", `${version} is too old`, remedy);
}

export function checkMemory(): Finding {
  const freeMb = Math.round(freemem() / MB);
  const detail = `${availableParallelism()} cores, ${freeMb} MB free of ${Math.round(totalmem() / MB)} MB`;
  if (freeMb >= NETWORK_MB) return finding("memory", "ok", detail);
  const remedy = `An embedded network takes about ${NETWORK_MB} MB, one node about 250 MB.`;
  return finding("memory", "warn", detail, remedy);
}

/** Writes and syncs a file of its own in the folder that will hold the data. */
export function checkDisk(folder: string, nowMs: () => number): Finding {
  const place = mkdtempSync(join(folder, ".deed-doctor-"));
  try {
    const file = openSync(join(place, "probe"), "w");
    const times = Array.from({ length: FSYNCS }, () => {
      const startMs = nowMs();
      writeSync(file, "x".repeat(512));
      fsyncSync(file);
      return nowMs() - startMs;
    });
    closeSync(file);
    return judgeDisk(folder, times.sort((a, b) => a - b)[FSYNCS >> 1] ?? 0);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function judgeDisk(folder: string, medianMs: number): Finding {
  const { bavail, bsize } = statfsSync(folder);
  const freeMb = Math.round((bavail * bsize) / MB);
  const detail = `${folder}: fsync ${medianMs.toFixed(2)} ms (median of ${FSYNCS}), ${freeMb} MB free`;
  if (freeMb < FREE_DISK_MB) {
    return finding("disk", "warn", detail, "Journal, stores and audit logs only grow: make room.");
  }
  if (medianMs <= SLOW_FSYNC_MS) return finding("disk", "ok", detail);
  const remedy = "Every acknowledged transaction waits for this: use a local disk.";
  return finding("disk", "warn", detail, remedy);
}

/** Can this process listen there? Port 0 asks for any. */
export async function checkPort(name: string, host: string, port: number): Promise<Finding> {
  const server = createServer();
  const problem = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    server.once("error", resolve);
    server.listen(port, host, () => resolve(null));
  });
  await new Promise<void>((resolve) => server.close(() => resolve()));
  const place = `${host}:${port === 0 ? "any port" : port}`;
  if (problem === null) return finding(name, "ok", `${place} is free`);
  const remedy =
    "Is the node running already? Else end what listens there, or configure another port.";
  return finding(name, "warn", `${place}: ${problem.code ?? problem.message}`, remedy);
}
