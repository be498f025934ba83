import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesToHex, type Hex } from "./hex.ts";
import { encodeReport, faultBits, reportHash } from "./report.ts";
import { packSeatEntries, unpackSeatEntries } from "./seat-entries.ts";

const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map(bytesToHex);

const reports = fc
  .uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 256 })
  .map((indexes) =>
    indexes
      .sort((a, b) => a - b)
      .map((index) => ({ index, leaf: index * 3, fault: "WrongStep" as const })),
  );

const seat = fc.record({
  nodeNo: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  auditSeq: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  auditHead: hex(32),
  salt: hex(32),
  signature: hex(65),
  unable: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  faults: reports,
});

test("what a committee said is read as it was packed, faults and hash from each report", () => {
  fc.assert(
    fc.property(fc.array(seat, { maxLength: 5 }), (all) => {
      const seats = all.map(({ faults, ...rest }) => ({ ...rest, report: encodeReport(faults) }));
      const expected = all.map(({ faults, ...rest }) => {
        const report = encodeReport(faults);
        return { ...rest, report, fault: faultBits(faults), reportHash: reportHash(report) };
      });
      expect(unpackSeatEntries(packSeatEntries(seats))).toEqual(expected);
    }),
  );
});

test("entries that are cut off, or of another form, are refused", () => {
  const entry = packSeatEntries([
    {
      ...{ nodeNo: 3, auditSeq: 1, unable: 4n },
      ...{ auditHead: word("01"), salt: word("02"), signature: `0x${"03".repeat(65)}` },
      report: encodeReport([{ index: 0, leaf: 2, fault: "WrongStep" }]),
    },
  ]);
  for (let length = 4; length < entry.length; length += 2) {
    expect(() => unpackSeatEntries(entry.slice(0, length) as Hex)).toThrow("WRONG_LENGTH");
  }
  const flag = 2 + 2 * 143;
  const other = `${entry.slice(0, flag)}02${entry.slice(flag + 2)}` as Hex;
  expect(() => unpackSeatEntries(other)).toThrow("BAD_ENTRY");
});

test("what has no place of its size is not packed", () => {
  const right = {
    ...{ nodeNo: 3, auditSeq: 1, unable: 0n, report: "0x" as Hex },
    ...{ auditHead: word("01"), salt: word("02"), signature: `0x${"03".repeat(65)}` as Hex },
  };
  for (const wrong of [{ salt: "0x01" }, { auditHead: "0x" }, { signature: "0x00" }] as const) {
    expect(() => packSeatEntries([{ ...right, ...wrong }])).toThrow("WRONG_LENGTH");
  }
  expect(() => packSeatEntries([{ ...right, report: "0x000000020000" }])).toThrow("BAD_ENTRY");
});

function word(byte: string): Hex {
  return `0x${byte.repeat(32)}`;
}
