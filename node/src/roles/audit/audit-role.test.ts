import { connectLedger, createRpc, ledgerCalls } from "@deed/sdk";
import { expect, test } from "vitest";
import { openKeySigner, testKeys } from "../../signer/key-signer.testing.ts";
import { aConfig, hash } from "../../signer/signer.testing.ts";
import { temporaryDirectory } from "../../store/store.testing.ts";
import { SILENT } from "../../telemetry/logger.ts";
import type { TransactionWish } from "../transaction-sender.ts";
import { Wakers } from "../waker.ts";
import { type AuditContext, AuditRole } from "./audit-role.ts";

const NONE = {
  ...{ nodeNo: 7, entries: 0, records: 0, commitments: 0, verdicts: 0, votes: 0 },
  ...{ dutyUses: 0, actionUses: 0, auditSeq: 0, auditHead: hash(0), contradicted: false },
};

test("a checkpoint is put on the ledger after so many lines, or so much time, and one that was signed goes first", async () => {
  const directory = temporaryDirectory();
  const { signer, close } = await openKeySigner(aConfig(directory.path, ""), [
    testKeys(1),
    testKeys(2),
  ]);
  const { sets } = await signer.status();
  const keys = sets.map(({ duty }) => duty);
  let dutyKey = keys[0] ?? null;
  const wishes: TransactionWish[] = [];
  let nowMs = 0;
  let newest: AuditContext["checkpoint"] = NONE;
  const address = "0x00000000000000000000000000000000000000e1" as const;
  const names = ["registry", "intents", "beacon", "executions", "disputes", "gateway"] as const;
  const contracts = Object.fromEntries(names.map((name) => [name, address]));
  const deployment = { chainId: 1, fromBlock: 0, ...contracts } as never;
  const ledger = connectLedger(deployment, { rpc: createRpc({ url: "" }, { fetch }) });
  const clock = { nowMs: () => nowMs };
  const role = new AuditRole(
    { everyEntries: 10, everyMs: 1_000 },
    {
      ...{ nodeNo: 7, signer, clock, logger: SILENT, wakers: new Wakers(clock), checkpoint: NONE },
      calls: ledgerCalls(deployment),
      ledger: { ...ledger, auditCheckpointOf: async () => newest },
      registry: { dutyKeyAt: () => dutyKey } as never,
      transactions: {
        wish: async (wish) => void wishes.push(wish),
        ended: () => Promise.reject(new Error("not asked for")),
      },
    },
  );
  const commit = (batchNo: number) =>
    signer.commitment({ batchNo, draw: 0, commitment: hash(batchNo) });
  try {
    expect(await role.look()).toBeNull();
    nowMs = 5_000;
    // Nothing was signed since: time alone is no reason.
    expect(await role.look()).toBeNull();
    await commit(1);
    expect(await role.look()).toBe(1);
    // It did not get there yet.
    expect(await role.look()).toBe(1);
    const { signature: _, ...first } = await signer.auditCheckpoint(1);
    newest = { ...first, contradicted: false };
    expect(await role.look()).toBeNull();
    expect(role.newest).toEqual(newest);
    for (let batchNo = 2; batchNo < 12; batchNo += 1) await commit(batchNo);
    expect(await role.look()).toBe(2);
    // The key was revoked in the meantime: the ledger would refuse that one for ever.
    dutyKey = keys[1] ?? null;
    expect(await role.look()).toBe(3);
    expect(await role.look()).toBe(3);
    dutyKey = null;
    expect(await role.look()).toBeNull();
    expect(wishes.map(({ purpose }) => purpose)).toEqual([
      "audit-checkpoint:7:1:0",
      "audit-checkpoint:7:1:0",
      "audit-checkpoint:7:2:0",
      ...Array(2).fill("audit-checkpoint:7:3:0"),
    ]);
  } finally {
    await close();
    directory.remove();
  }
});
