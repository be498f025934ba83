import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import {
  aBatch,
  createSignerBench,
  failureFrom,
  hash,
  type SignerBench,
} from "../signer.testing.ts";
import type { LedgerSight } from "../signer-api.ts";
import type { SignerClient } from "../signer-client.ts";
import type { KeyCase } from "./key-case.testing.ts";

const SIGNED = 3;
/** What the ledger has seen of a signer that signed three commitments and three batches. */
const LEDGER = { minimumAudit: { Commitment: SIGNED, RecordBatch: SIGNED } } as const;

const verdict = {
  batchNo: 1,
  draw: 0,
  recordBlockHash: hash(1),
  commitmentsHash: hash(2),
  fault: 0n,
  unable: 0n,
  reportHash: hash(3),
};
const vote = { disputeNo: 1, fault: 0, leaf: 0, reportHash: hash(4) };

/** First one content of a place, then another. */
const TWICE: Readonly<Record<string, (client: SignerClient, other: number) => Promise<unknown>>> = {
  "a batch's record": (client, other) => client.recordBatch(aBatch(9, 1, other)),
  "a draw's commitment": (client, other) =>
    client.commitment({ batchNo: 9, draw: 0, commitment: hash(other) }),
  "a draw's verdict": (client, other) => client.verdict({ ...verdict, reportHash: hash(other) }),
  "a dispute's vote": (client, other) => client.vote({ ...vote, reportHash: hash(other) }),
};

const EQUIVOCATION: readonly KeyCase[] = Object.entries(TWICE).flatMap(([name, ask]) => [
  {
    group: "equivocation" as const,
    name,
    expected: "E_EQUIVOCATION",
    play: () =>
      withBench(async (bench) => {
        await bench.spawn();
        const client = bench.client();
        await ask(client, 1);
        return (await failureFrom(ask(client, 2))).code;
      }),
  },
  {
    group: "equivocation" as const,
    name: `${name}, after kill -9`,
    expected: "E_EQUIVOCATION",
    play: () =>
      withBench(async (bench) => {
        const first = await bench.spawn();
        await ask(bench.client(), 1);
        process.kill(first.pid, "SIGKILL");
        await first.ended;
        await bench.spawn();
        return (await failureFrom(ask(bench.client(), 2))).code;
      }),
  },
]);

const TAIL_CUT: readonly KeyCase[] = [
  {
    group: "tail-cut",
    name: "the last line is gone",
    expected: "E_AUDIT_BEHIND",
    play: () => afterChange((lines) => lines.slice(0, -1), LEDGER),
  },
  {
    group: "tail-cut",
    name: "all but the first line is gone",
    expected: "E_AUDIT_BEHIND",
    play: () => afterChange((lines) => lines.slice(0, 1), LEDGER),
  },
  {
    group: "tail-cut",
    name: "a line is gone from the middle",
    expected: "E_AUDIT_DAMAGED",
    play: () => afterChange((lines) => lines.filter((_, index) => index !== 3)),
  },
  {
    group: "tail-cut",
    name: "control, a torn last line alone is dropped",
    expected: "started",
    play: () => afterChange((lines) => [...lines, lines.at(-1)!.slice(0, 40)], LEDGER),
  },
];

const RESTORE: readonly KeyCase[] = [
  {
    group: "restore",
    name: "a backup that is behind the ledger",
    expected: "E_AUDIT_BEHIND",
    play: () => afterRestore({ Commitment: 2, RecordBatch: 1 }),
  },
  {
    group: "restore",
    name: "a backup from before the action key's last transaction",
    expected: "E_AUDIT_BEHIND",
    play: () => afterRestore({ Transaction: 1 }),
  },
  {
    group: "restore",
    name: "control, a backup of all that the ledger has seen",
    expected: "started",
    play: () => afterRestore({ Commitment: 1, RecordBatch: 1 }),
  },
];

const DOUBLE_START: readonly KeyCase[] = [
  {
    group: "double-start",
    name: "two signers with one log",
    expected: "E_LOCKED",
    play: () =>
      withBench(async (bench) => {
        await bench.spawn();
        const socketPath = `${bench.config.socketPath}2`;
        return (await failureFrom(bench.spawn({ socketPath }))).code;
      }),
  },
  {
    group: "double-start",
    name: "two signers with one key and a copy of its files each",
    expected: "E_LOCKED",
    play: () =>
      withBench((bench) =>
        withBench(async (copy) => {
          await bench.spawn();
          await bench.client().commitment({ batchNo: 1, draw: 0, commitment: hash(1) });
          for (const path of ["keystorePath", "auditLogPath"] as const) {
            writeFileSync(copy.config[path], readFileSync(bench.config[path]));
          }
          return (await failureFrom(copy.spawn())).code;
        }),
      ),
  },
  {
    group: "double-start",
    name: "on another machine: the ledger shows a nonce that the log did not sign",
    expected: "E_AUDIT_BEHIND",
    play: () => afterSight((action) => ({ nonces: { [action]: 1 } })),
  },
  {
    group: "double-start",
    name: "on another machine: the ledger shows a record beyond the log",
    expected: "E_AUDIT_BEHIND",
    play: () => afterSight(() => ({ minimum: { RecordBatch: 2 } })),
  },
  {
    group: "double-start",
    name: "on another machine: the ledger shows another record at a position of the log",
    expected: "E_AUDIT_FORKED",
    play: () => afterSight(() => ({ heads: { RecordBatch: { seq: 1, head: hash(1) } } })),
  },
  {
    group: "double-start",
    name: "control, the ledger shows what the log signed",
    expected: "signed",
    play: () => afterSight((_, head) => ({ heads: { RecordBatch: { seq: 1, head } } })),
  },
  {
    group: "double-start",
    name: "two writers of one log, past every lock",
    expected: "E_HALTED",
    play: () =>
      withBench(async (bench) => {
        await bench.spawn();
        const client = bench.client();
        await client.commitment({ batchNo: 1, draw: 0, commitment: hash(1) });
        const path = bench.config.auditLogPath;
        writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from("another hand\n")]));
        const asked = client.commitment({ batchNo: 2, draw: 0, commitment: hash(1) });
        return (await failureFrom(asked)).code;
      }),
  },
];

export const LOG_CASES: readonly KeyCase[] = [
  ...EQUIVOCATION,
  ...TAIL_CUT,
  ...RESTORE,
  ...DOUBLE_START,
];

async function withBench(play: (bench: SignerBench) => Promise<string>): Promise<string> {
  const bench = await createSignerBench();
  try {
    return await play(bench);
  } finally {
    await bench.close();
  }
}

async function signSome(bench: SignerBench, from = 1, to = SIGNED): Promise<void> {
  const client = bench.client();
  for (let batchNo = from; batchNo <= to; batchNo += 1) {
    await client.commitment({ batchNo, draw: 0, commitment: hash(batchNo) });
    await client.recordBatch(aBatch(batchNo, 1));
  }
}

/** What a signer says whose log was changed while it was down. */
function afterChange(
  change: (lines: string[]) => string[],
  changes: Parameters<SignerBench["spawn"]>[0] = {},
): Promise<string> {
  return withBench(async (bench) => {
    const signer = await bench.spawn();
    await signSome(bench);
    await signer.close();
    const path = bench.config.auditLogPath;
    const lines = readFileSync(path, "utf8").split(/(?<=\n)/);
    writeFileSync(path, change(lines).join(""));
    return startOr(bench, changes);
  });
}

/** What a signer that signed one record says of what the ledger shows; having said no, it must sign no more. */
function afterSight(sightOf: (action: Hex, head: Hex) => Partial<LedgerSight>): Promise<string> {
  return withBench(async (bench) => {
    const { publicKeys } = await bench.spawn();
    const client = bench.client();
    const { auditHead } = await client.recordBatch(aBatch(1, 1));
    const sight = {
      minimum: {},
      nonces: {},
      heads: {},
      transactions: [],
      ...sightOf(publicKeys.action, auditHead),
    };
    const seen = client.observe(sight).then(() => "seen");
    const code = await seen.catch(async () => (await failureFrom(seen)).code);
    const duty = client.commitment({ batchNo: 2, draw: 0, commitment: hash(2) });
    const next = await duty.then(
      () => "signed",
      async () => (await failureFrom(duty)).code,
    );
    return code === "seen" ? next : next === "E_HALTED" ? code : `${code}, then ${next}`;
  });
}

/** What a signer says whose log is a copy from after the first round of signatures. */
function afterRestore(minimumAudit: Readonly<Record<string, number>>): Promise<string> {
  return withBench(async (bench) => {
    const signer = await bench.spawn();
    await signSome(bench, 1, 1);
    const path = bench.config.auditLogPath;
    const backup = join(bench.directory, "backup.log");
    writeFileSync(backup, readFileSync(path));
    await signSome(bench, 2);
    await signer.close();
    writeFileSync(path, readFileSync(backup));
    return startOr(bench, { minimumAudit });
  });
}

async function startOr(
  bench: SignerBench,
  changes: Parameters<SignerBench["spawn"]>[0],
): Promise<string> {
  const started = bench.spawn(changes).then(() => "started");
  return started.catch(async () => (await failureFrom(started)).code);
}
