import { auditCheckpointDigest, domainSeparator, nobleRecovery } from "@deed/protocol/encoding";
import { expect, test } from "vitest";
import {
  aBatch,
  aTransaction,
  CHAIN_ID,
  CONTRACTS,
  createSignerBench,
  failureFrom,
  hash,
} from "./signer.testing.ts";

test("a checkpoint counts what the log has before it, and is the same for ever", async () => {
  const bench = await createSignerBench();
  try {
    await bench.spawn();
    const client = bench.client();
    await client.commitment({ batchNo: 1, draw: 0, commitment: hash(1) });
    await client.recordBatch(aBatch(1));
    await client.transaction(aTransaction(0));
    const first = await client.auditCheckpoint(1);
    expect(first).toMatchObject({
      ...{ nodeNo: 7, entries: 4, records: 1, commitments: 1, verdicts: 0, votes: 0 },
      ...{ dutyUses: 2, actionUses: 1, auditSeq: 1 },
    });
    await client.commitment({ batchNo: 2, draw: 0, commitment: hash(2) });
    expect(await client.auditCheckpoint(1)).toEqual(first);
    const [second, same] = await Promise.all([
      client.auditCheckpoint(2),
      client.auditCheckpoint(2),
    ]);
    expect(second).toMatchObject({ entries: 6, commitments: 2, dutyUses: 4, auditSeq: 2 });
    expect(same).toEqual(second);
    expect(second.auditHead).not.toBe(first.auditHead);
    expect(await failureFrom(client.auditCheckpoint(4))).toMatchObject({ code: "E_POLICY" });
    expect(await failureFrom(client.auditCheckpoint(0))).toMatchObject({ code: "E_POLICY" });

    const domain = { chainId: CHAIN_ID, verifyingContract: CONTRACTS.executions };
    const digest = auditCheckpointDigest(second, domainSeparator(domain));
    expect(nobleRecovery.recover(digest, second.signature)).toBe((await client.status()).duty);
  } finally {
    await bench.close();
  }
});

test("a signer that has not the newest checkpoint of the ledger does not start", async () => {
  const bench = await createSignerBench();
  try {
    const first = await bench.spawn({ minimumAudit: { AuditCheckpoint: 0 } });
    await bench.client().auditCheckpoint(1);
    await first.close();
    const behind = await failureFrom(bench.spawn({ minimumAudit: { AuditCheckpoint: 2 } }));
    expect(behind).toEqual({ code: "E_AUDIT_BEHIND", kind: "AuditCheckpoint", log: 1, ledger: 2 });
    await bench.spawn({ minimumAudit: { AuditCheckpoint: 1 } });
  } finally {
    await bench.close();
  }
});
