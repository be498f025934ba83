import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeRecord, encodeRecord, type JournalRecord } from "./record.ts";

const numbers = fc.integer({ min: 0, max: 2 ** 40 });
const groups: fc.Arbitrary<JournalRecord> = fc.record({
  kind: fc.constant("group" as const),
  number: numbers,
  timestampSec: numbers,
  transactions: fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 }),
});
const seals: fc.Arbitrary<JournalRecord> = fc.record({
  kind: fc.constant("seal" as const),
  number: numbers,
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  excluded: fc.array(fc.nat(2 ** 31), { maxLength: 4 }),
});

test("every record is read as it was written", () => {
  fc.assert(
    fc.property(fc.oneof(groups, seals), (record) => {
      expect(decodeRecord(encodeRecord(record))).toEqual(record);
    }),
  );
});

test("a record that is cut short is none", () => {
  fc.assert(
    fc.property(fc.oneof(groups, seals), fc.nat(), (record, at) => {
      const bytes = encodeRecord(record);
      expect(decodeRecord(bytes.subarray(0, at % bytes.length))).toBeUndefined();
    }),
  );
});
