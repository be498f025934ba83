import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { connectSigner, type Signer, type SignerStatus } from "@deed/node";
import { freshBundle } from "@deed/node/bundle";
import { bytesToHex, encodeRecord, type Hex, wordHex } from "@deed/protocol/encoding";

/** A signer over a copy of a node's folder, without a node that would look at the ledger for it. */
export interface LooseSigner {
  readonly signer: Signer;
  readonly logPath: string;
  close(): Promise<void>;
}

const PASSPHRASE_FD = 3;

/** @param from A node's signer folder. @param to Where the copy is to be. */
export async function startLooseSigner(options: {
  readonly from: string;
  readonly to: string;
  readonly passphrase: string;
}): Promise<LooseSigner> {
  const { from, to, passphrase } = options;
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith(".sock") });
  const configPath = join(to, "signer.json");
  const paths = {
    socketPath: join(to, "s.sock"),
    tokenPath: join(to, "token"),
    keystorePath: join(to, "keystore.json"),
    auditLogPath: join(to, "audit.log"),
  };
  const known = JSON.parse(readFileSync(configPath, "utf8"));
  writeFileSync(configPath, JSON.stringify({ ...known, ...paths, minimumAudit: {} }));
  const root = join(createRequire(import.meta.url).resolve("@deed/node/package.json"), "..");
  const dist = join(root, "dist");
  const program = freshBundle(dist, "signer.js") ?? join(dist, "signer", "main.js");
  const child = spawn(process.execPath, [program, "--config", configPath], {
    stdio: ["pipe", "pipe", "ignore", "pipe"],
    env: { DEED_PASSPHRASE_FD: String(PASSPHRASE_FD) },
  });
  const exited = once(child, "close");
  (child.stdio[PASSPHRASE_FD] as Writable).end(passphrase);
  const lines = createInterface({ input: child.stdout as Readable });
  const [line] = (await once(lines, "line")) as [string];
  if (!line.includes('"ready"')) throw new Error(`no signer: ${line}`);
  const { signer, close } = connectSigner(configPath);
  return {
    signer,
    logPath: paths.auditLogPath,
    close: async () => {
      close();
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Signs, about places that are nobody's, until it has signed as much as another log of the same node. */
export async function signAsMuchAs(signer: Signer, other: SignerStatus): Promise<void> {
  await signer.settle();
  const word = (number: number): Hex => wordHex(number);
  const left = async (kind: keyof SignerStatus["auditSeq"]): Promise<number> =>
    other.auditSeq[kind] - (await signer.status()).auditSeq[kind];
  let place = 1_000_000;
  for (let n = await left("RecordBatch"); n > 0; n -= 1) {
    place += 1;
    const item = { executionId: word(place), intentNo: 1, attempt: 1, ordinal: 1, t0Sec: 1 };
    const records = bytesToHex(
      encodeRecord({
        ...{ transcriptRoot: word(place), bundleSha256: word(place), status: "ok" },
        ...{ sandbox: "process", adapter: "process", runtime: 1, leafCount: 4, attempt: 1 },
        ...{ startedMs: 1, endedMs: 2, feeGwei: 0n, bundleBytes: 0 },
      }),
    );
    await signer.recordBatch({ batchNo: place, posted: 1n, items: [item], records });
  }
  for (let n = await left("Commitment"); n > 0; n -= 1) {
    place += 1;
    await signer.commitment({ batchNo: place, draw: 0, commitment: word(place) });
  }
  for (let n = await left("Verdict"); n > 0; n -= 1) {
    place += 1;
    const words = { recordBlockHash: word(1), commitmentsHash: word(2), reportHash: word(place) };
    await signer.verdict({ batchNo: place, draw: 0, ...words, fault: 0n, unable: 0n });
  }
  const fees = { maxFeePerGasWei: 0n, maxPriorityFeePerGasWei: 0n };
  for (;;) {
    const { nextNonce: nonce } = await signer.status();
    if (nonce >= other.nextNonce) return;
    await signer.burn({ nonce, ...fees });
  }
}
