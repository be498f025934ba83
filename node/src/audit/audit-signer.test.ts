import { afterEach, expect, test } from "vitest";
import type { AuditEntry, NewEntry } from "../signer/audit-entry.ts";
import { hash } from "../signer/signer.testing.ts";
import {
  audit,
  claimed,
  commitmentEntry,
  FUTURE_SEC,
  finalised,
  ledgerDouble,
  NODE_NO,
  OPERATOR_NO,
  recordEntry,
  recorded,
  transactionEntry,
  verdictEntry,
  writeLog,
} from "./audit.testing.ts";
import { AuditError } from "./audit-error.ts";
import { countSigns } from "./cloud-trail.ts";

const logs: { remove(): void }[] = [];
afterEach(() => {
  for (const log of logs.splice(0)) log.remove();
});

async function logOf(
  ...entries: NewEntry[]
): Promise<{ path: string; entries: readonly AuditEntry[] }> {
  const log = await writeLog(entries);
  logs.push(log);
  return log;
}

async function findingsOf(audited: ReturnType<typeof audit>): Promise<readonly string[]> {
  return (await audited).findings.map(({ code }) => code);
}

test("every signature of a log is on the ledger, or has its reason", async () => {
  const log = await logOf(
    recordEntry(1, 1),
    recordEntry(2, 2),
    recordEntry(3, 3),
    recordEntry(4, 4),
    commitmentEntry(1, 5),
    verdictEntry(1, 5, 1),
    verdictEntry(2, 5, 2),
    verdictEntry(3, 6),
    verdictEntry(4, 7),
    verdictEntry(5, 99),
    transactionEntry(0),
    transactionEntry(1),
    { kind: "Receipt", body: {} },
  );
  const double = ledgerDouble();
  for (const batchNo of [1, 2, 5, 6, 7]) double.add(claimed(batchNo));
  double.add(claimed(3, FUTURE_SEC));
  double.add(recorded(log.entries[1]!), { nonce: 0, input: "0x11223344" });
  double.add({ name: "BatchExpired", batchNo: 2, nodeNo: NODE_NO });
  const second = log.entries.find(({ kind, seq }) => kind === "Verdict" && seq === 2);
  double.add(finalised(5, { auditSeq: 2, auditHead: second!.prev }));
  double.add(finalised(6, null));
  double.mined = 1;
  const report = await audit(double, { logPath: log.path, storeUses: { duty: 10, action: 2 } });

  expect(report).toMatchObject({ result: "ok", nodeNo: NODE_NO, operatorNo: OPERATOR_NO });
  expect(report.findings).toEqual([]);
  const gaps = report.gaps.map(({ kind, seq, reason }) => `${kind} ${seq} ${reason}`);
  expect(gaps).toEqual([
    "RecordBatch 2 expired",
    "RecordBatch 3 pending",
    "RecordBatch 4 unknownPlace",
    "Commitment 1 exchanged",
    "Verdict 1 superseded",
    "Verdict 3 unused",
    "Verdict 4 pending",
    "Verdict 5 unknownPlace",
  ]);
  expect(report.nonces).toMatchObject({ signed: 2, mined: 1, pending: 1, compared: 1 });
  expect(report.uses[0]).toMatchObject({ key: "duty", log: 11, store: 10, notMade: 1 });
  expect(report.uncounted).toMatchObject({ Receipt: 1, Genesis: 1 });
});

test("what stands on the ledger and not in the log was signed around the signer, or its tail was cut", async () => {
  const whole = await logOf(recordEntry(1, 1), recordEntry(2, 2), transactionEntry(0));
  const cut = await logOf(recordEntry(1, 1));
  const double = ledgerDouble();
  for (const entry of whole.entries.slice(1, 3)) double.add(recorded(entry));
  double.mined = 2;
  expect(await findingsOf(audit(double, { logPath: whole.path }))).toEqual([
    "AUDIT_NONCE_NOT_IN_LOG",
  ]);
  const report = await audit(double, { logPath: cut.path });
  expect(report.result).toBe("failed");
  expect(report.findings.map(({ code }) => code)).toEqual(["AUDIT_NOT_IN_LOG"]);
});

test("a transaction that the log does not have at its nonce was signed around the signer", async () => {
  const log = await logOf(recordEntry(1, 1), transactionEntry(0));
  const double = ledgerDouble();
  double.add(recorded(log.entries[1]!), { nonce: 0, input: "0x99999999" });
  double.mined = 1;
  expect(await findingsOf(audit(double, { logPath: log.path }))).toEqual([
    "AUDIT_OTHER_TRANSACTION",
  ]);
  const without = { logPath: log.path, withTransactions: false };
  expect(await findingsOf(audit(double, without))).toEqual([]);
});

test("a transaction of which no event tells is compared, too: a thief's transfer at a nonce of the log", async () => {
  const log = await logOf(recordEntry(1, 1), transactionEntry(0), transactionEntry(1));
  const double = ledgerDouble();
  double.add(recorded(log.entries[1]!), { nonce: 0, input: "0x11223344" });
  double.mined = 2;
  // Where the endpoint forgot, nobody says that all is well.
  const blind = await audit(double, { logPath: log.path });
  expect(blind).toMatchObject({ result: "unknown", nonces: { compared: 1, unseen: 1 } });
  double.addSilent({ nonce: 1, to: hash(7), input: "0x" });
  const robbed = await audit(double, { logPath: log.path });
  expect(robbed.nonces).toMatchObject({ compared: 2, unseen: 0 });
  expect(robbed.findings.map(({ code }) => code)).toEqual(["AUDIT_OTHER_TRANSACTION"]);
  const own = ledgerDouble();
  own.add(recorded(log.entries[1]!), { nonce: 0, input: "0x11223344" });
  own.addSilent({ nonce: 1, input: "0x11223344" });
  own.mined = 2;
  expect(await audit(own, { logPath: log.path })).toMatchObject({ result: "ok" });
});

test("two logs that grew from one copy are found, with either log and with none", async () => {
  const one = await logOf(recordEntry(1, 1), recordEntry(2, 2), verdictEntry(1, 8));
  const other = await logOf(recordEntry(1, 1), verdictEntry(1, 9), recordEntry(2, 3));
  const double = ledgerDouble();
  for (const entry of [one.entries[1]!, one.entries[2]!, other.entries[3]!])
    double.add(recorded(entry));
  const forked = ["AUDIT_TWO_AT_ONE_PLACE", "AUDIT_FORKED"];
  expect(await findingsOf(audit(double, { logPath: other.path }))).toEqual(forked);
  // The ledger's first is what the log is compared with; the second contradicts that one.
  expect(await findingsOf(audit(double, { logPath: one.path }))).toEqual(forked.slice(0, 1));
  expect(await audit(double, { nodeNo: NODE_NO })).toMatchObject({ result: "failed", log: null });
});

test("two structures of different kinds cannot follow one and the same entry", async () => {
  const log = await logOf(recordEntry(1, 1));
  const double = ledgerDouble();
  double.add(recorded(log.entries[1]!));
  double.add(finalised(4, { auditHead: log.entries[1]!.prev }));
  expect(await findingsOf(audit(double, { nodeNo: NODE_NO }))).toEqual(["AUDIT_TWO_AT_ONE_PLACE"]);
});

test("a log that counts wrongly, or is another node's, is told of", async () => {
  const log = await logOf(recordEntry(2, 1));
  const double = ledgerDouble();
  expect(await findingsOf(audit(double, { logPath: log.path }))).toEqual(["AUDIT_BAD_NUMBERING"]);
  const others = audit(double, { logPath: log.path, nodeNo: 3 });
  expect(await findingsOf(others)).toContain("AUDIT_OTHER_KEYS");
});

test("public data alone: missing numbers are explained by leases that ended, or not at all", async () => {
  const log = await logOf(...[1, 2, 3, 4].map((seq) => recordEntry(seq, seq)));
  const double = ledgerDouble();
  for (const batchNo of [1, 2, 3, 4]) double.add(claimed(batchNo));
  double.add(recorded(log.entries[4]!));
  double.add({ name: "BatchExpired", batchNo: 2, nodeNo: NODE_NO });
  const report = await audit(double, { nodeNo: NODE_NO });
  expect(report.result).toBe("unknown");
  expect(report.kinds[0]?.gaps).toEqual({ expired: 1, unexplained: 2 });
});

test("a node that is not there, and a log of nobody's, cannot be audited", async () => {
  const double = ledgerDouble();
  const failureOf = (options: Parameters<typeof audit>[1]): Promise<unknown> =>
    audit(double, options).catch((error: AuditError) => error.failure.code);
  expect(await failureOf({ nodeNo: 8 })).toBe("AUDIT_UNKNOWN_NODE");
  const log = await logOf(recordEntry(1, 1));
  double.ledger.node = async () => ({ dutyKey: hash(1) }) as never;
  expect(await failureOf({ logPath: log.path })).toBe("AUDIT_UNREGISTERED_LOG");
});

test("a trail counts signatures that were made with the key, each once", async () => {
  const sign = (id: string, changes: object = {}): object => ({
    eventSource: "kms.amazonaws.com",
    eventName: "Sign",
    eventID: id,
    eventTime: "2026-11-23T10:00:00Z",
    requestParameters: { keyId: "alias/deed-duty" },
    resources: [{ ARN: "arn:aws:kms:eu-central-1:1:key/abc" }],
    ...changes,
  });
  const file = {
    Records: [
      sign("1"),
      sign("1"),
      sign("2", { errorCode: "ThrottlingException" }),
      sign("3", { eventName: "GetPublicKey" }),
      sign("4", { resources: [], requestParameters: { keyId: "other" } }),
      sign("7", {
        eventName: "DeriveSharedSecret",
        requestParameters: { keyId: "alias/seal" },
        resources: [],
      }),
      sign("5", { eventTime: "2026-11-23T12:00:00Z" }),
    ],
  };
  const lookedUp = { Events: [{ CloudTrailEvent: JSON.stringify(sign("6")) }] };
  const always = { fromMs: null, toMs: null };
  expect(countSigns([file, lookedUp], { keyId: "abc", ...always })).toBe(3);
  expect(countSigns([file], { keyId: "alias/deed-duty", ...always })).toBe(2);
  expect(countSigns([file], { keyId: "alias/seal", ...always })).toBe(1);
  const until = { fromMs: null, toMs: Date.parse("2026-11-23T11:00:00Z") };
  expect(countSigns([file], { keyId: "abc", ...until })).toBe(1);
  const bad = (): unknown => countSigns([{}], { keyId: "abc", ...always });
  expect(bad).toThrow(AuditError);
  expect(bad).toThrow("AUDIT_BAD_TRAIL");
});
