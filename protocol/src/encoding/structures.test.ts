import { secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHAIN_LENGTH, chainStep, isPreimageOf, mixOf, roundSeed } from "./beacon.ts";
import { drawSeats, seatCount } from "./draw.ts";
import { TRIGGER_KINDS, type TriggerKind } from "./execution-id.ts";
import { FAULT_NUMBERS, type FaultName, faultName } from "./fault.ts";
import { keccak256, keccakText } from "./hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "./hex.ts";
import { type ClaimEntry, ENTRY_BYTES, packEntries, unpackEntries } from "./item.ts";
import { LEASE_CLASS_SEC, leaseClassOf } from "./lease-class.ts";
import { rankOf, rankStart } from "./rank.ts";
import {
  decodeRecord,
  encodeRecord,
  packRecords,
  RECORD_STATUS,
  recordLeaves,
  SANDBOX_ADAPTER,
  SANDBOX_LEVEL,
  splitRecords,
} from "./record.ts";
import { decodeReport, encodeReport, faultBits, type ReportedFault } from "./report.ts";
import { addressOfPublicKey, nobleRecovery } from "./signature.ts";
import { ZERO_WORD } from "./word.ts";

const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map(bytesToHex);
const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** Math.min(bits, 53) - 1 });
const keysOf = <Name extends string>(numbers: { readonly [name in Name]: number }) =>
  fc.constantFrom(...(Object.keys(numbers) as Name[]));

const entries: { readonly [kind: string]: fc.Arbitrary<ClaimEntry> } = {
  event: fc.record({
    kind: fc.constant("event" as const),
    intentNo: uint(32),
    occurrenceId: hex(32),
    t0Sec: uint(40),
  }),
  ...Object.fromEntries(
    (["cron", "start"] as const).map((kind) => [
      kind,
      fc.record({ kind: fc.constant(kind), intentNo: uint(32), ordinal: uint(53) }),
    ]),
  ),
  block: fc.record({
    kind: fc.constant("block" as const),
    intentNo: uint(32),
    ordinal: uint(53),
    t0Sec: uint(40),
  }),
  interval: fc.record({
    kind: fc.constant("interval" as const),
    intentNo: uint(32),
    ordinal: uint(53),
  }),
  manual: fc.record({
    kind: fc.constant("manual" as const),
    intentNo: uint(32),
    ordinal: uint(53),
    inputHash: hex(32),
    firedAtSec: uint(40),
    validUntilSec: uint(40),
    signature: hex(65),
  }),
};

const anyRecord = fc.record({
  transcriptRoot: hex(32),
  bundleSha256: hex(32),
  status: keysOf(RECORD_STATUS),
  sandbox: keysOf(SANDBOX_LEVEL),
  adapter: keysOf(SANDBOX_ADAPTER),
  runtime: uint(16),
  leafCount: uint(16),
  attempt: uint(8),
  startedMs: uint(48),
  endedMs: uint(48),
  feeGwei: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  bundleBytes: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

describe("claims", () => {
  test.each(Object.entries(ENTRY_BYTES))("%s entries survive their %d bytes", (kind, width) => {
    const number = TRIGGER_KINDS[kind as TriggerKind];
    fc.assert(
      fc.property(fc.array(entries[kind]!, { minLength: 1, maxLength: 8 }), (list) => {
        const packed = packEntries(list);
        expect(packed).toHaveLength(2 + 2 * width * list.length);
        expect(unpackEntries(number, packed)).toEqual(list);
        expect(() => unpackEntries(number, `${packed}00`)).toThrow(/WRONG_LENGTH/);
      }),
    );
  });

  test("kinds do not mix, and there are at most 256", () => {
    const interval: ClaimEntry = { kind: "interval", intentNo: 1, ordinal: 1 };
    const event: ClaimEntry = { kind: "event", intentNo: 1, occurrenceId: ZERO_WORD, t0Sec: 1 };
    expect(() => packEntries([interval, event])).toThrow(/BAD_ENTRY/);
    expect(() => packEntries(Array.from({ length: 257 }, () => interval))).toThrow(/BAD_POSITION/);
    expect(() => unpackEntries(7, "0x")).toThrow(/BAD_ENTRY/);
  });

  test("each executor has a rank of its own, and the start has the first", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 128 }), hex(32), hex(32), (n, seed, id) => {
        const start = rankStart(seed, id, n);
        const ranks = Array.from({ length: n }, (_, position) => rankOf(position, start, n));
        expect(ranks[start]).toBe(0);
        expect(new Set(ranks).size).toBe(n);
        expect(Math.max(...ranks)).toBe(n - 1);
      }),
    );
  });

  test("a duration gets the smallest class that holds it", () => {
    LEASE_CLASS_SEC.forEach((durationSec, leaseClass) => {
      expect(leaseClassOf(durationSec)).toBe(leaseClass);
      expect(leaseClassOf(durationSec + 1)).toBe(leaseClass === 15 ? null : leaseClass + 1);
    });
    expect(leaseClassOf(0)).toBe(0);
  });
});

describe("records", () => {
  test("survive their 128 bytes", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(decodeRecord(encodeRecord(record))).toEqual(record);
      }),
    );
  });

  test("every change of a byte is another record or none", () => {
    const byte = fc.integer({ min: 1, max: 255 });
    fc.assert(
      fc.property(anyRecord, fc.nat(127), byte, (record, index, change) => {
        const bytes = encodeRecord(record);
        bytes[index] = bytes[index]! ^ change;
        const isReserved = index >= 64 && index < 96;
        if (isReserved) expect(() => decodeRecord(bytes)).toThrow(/reserved/);
        else if (index > 97 && index < 127) expect(decodeRecord(bytes)).not.toEqual(record);
      }),
    );
  });

  test("stand at the set bits, zero leaves between them", () => {
    fc.assert(
      fc.property(fc.array(fc.option(anyRecord), { maxLength: 12 }), (positions) => {
        const records = positions.filter((position) => position !== null);
        const posted = positions.reduce(
          (bits, position, index) => (position === null ? bits : bits | (1n << BigInt(index))),
          0n,
        );
        const slices = splitRecords(packRecords(records));
        const leaves = recordLeaves(slices, posted, positions.length);
        expect(leaves.map((leaf) => leaf === ZERO_WORD)).toEqual(positions.map((p) => p === null));
        const beyond = posted | (1n << BigInt(positions.length));
        expect(() => recordLeaves(slices, beyond, positions.length)).toThrow(/BAD_POSITION/);
      }),
    );
  });
});

describe("the beacon and the draw", () => {
  test("a preimage leads to its tip alone", () => {
    fc.assert(
      fc.property(hex(32), hex(32), (preimage, other) => {
        const tip = bytesToHex(chainStep(hexToBytes(preimage)));
        expect(isPreimageOf(preimage, tip)).toBe(true);
        expect(isPreimageOf(other, tip)).toBe(other === preimage);
        expect(tip).toBe(keccak256(`0x03${preimage.slice(2)}`));
      }),
    );
    expect(CHAIN_LENGTH).toBe(2 ** 16);
  });

  test("the mix does not depend on the order of posting", () => {
    const preimages = fc.array(fc.record({ operatorNo: uint(32), preimage: hex(32) }));
    fc.assert(
      fc.property(preimages, (list) => {
        expect(mixOf([...list].reverse())).toBe(mixOf(list));
        expect(roundSeed(1, `0x${"00".repeat(27)}`, mixOf(list))).toHaveLength(2 + 54);
      }),
    );
  });

  test("seats are distinct, never excluded, and as many as can be", () => {
    const setup = fc
      .integer({ min: 1, max: 128 })
      .chain((n) => fc.tuple(fc.constant(n), fc.uniqueArray(fc.nat(n - 1)), hex(27), uint(40)));
    fc.assert(
      fc.property(setup, ([verifiers, out, seed, batchNo]) => {
        const excluded = new Set(out);
        const wanted = seatCount(verifiers);
        const seats = drawSeats({ seed, batchNo, draw: 0, verifiers, excluded, wanted });
        expect(seats).toHaveLength(Math.min(wanted, verifiers - out.length));
        expect(new Set(seats).size).toBe(seats.length);
        for (const seat of seats) {
          expect(excluded.has(seat)).toBe(false);
          expect(seat).toBeLessThan(verifiers);
        }
      }),
    );
  });
});

describe("reports", () => {
  const anyFault = fc.record({
    leaf: uint(16),
    fault: keysOf(FAULT_NUMBERS as { readonly [name in FaultName]: number }),
  });
  const anyReport = fc
    .tuple(fc.uniqueArray(fc.nat(255), { maxLength: 8 }), fc.array(anyFault, { minLength: 8 }))
    .map(([positions, faults]): ReportedFault[] =>
      positions
        .sort((left, right) => left - right)
        .map((index, entry) => ({ index, ...faults[entry]! })),
    );

  test("survive their bytes, and name what the bitmap says", () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        expect(decodeReport(encodeReport(report))).toEqual(report);
        for (const { index } of report) expect((faultBits(report) >> BigInt(index)) & 1n).toBe(1n);
        if (report.length > 1) expect(() => encodeReport([...report].reverse())).toThrow(/index/);
      }),
    );
  });

  test("an unknown fault is refused", () => {
    expect(() => decodeReport("0x000000000063")).toThrow(/fault/);
    expect(faultName(0)).toBeNull();
    expect(faultName(4)).toBe("BrokenTranscript");
  });
});

describe("signatures", () => {
  const secretKey = hexToBytes(keccakText("a key for tests"));
  const address = addressOfPublicKey(secp256k1.getPublicKey(secretKey, false));

  function sign(digest: Hex): Hex {
    const options = { prehash: false, format: "recovered" } as const;
    const bytes = secp256k1.sign(hexToBytes(digest), secretKey, options);
    return `${bytesToHex(bytes.subarray(1))}${bytes[0] === 0 ? "1b" : "1c"}`;
  }

  test("lead back to the signer's address", () => {
    fc.assert(
      fc.property(hex(32), hex(32), (digest, other) => {
        expect(nobleRecovery.recover(digest, sign(digest))).toBe(address);
        if (other !== digest) expect(nobleRecovery.recover(other, sign(digest))).not.toBe(address);
      }),
      { numRuns: 10 },
    );
  });

  test("the malleable twin, another v, another length have no signer", () => {
    const digest = keccakText("x");
    const signature = sign(digest);
    const order = secp256k1.Point.CURVE().n;
    const highS = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, "0");
    const flipped = signature.endsWith("1b") ? "1c" : "1b";
    const twin: Hex = `0x${signature.slice(2, 66)}${highS}${flipped}`;
    const zero: Hex = `0x${"00".repeat(64)}1b`;
    for (const bad of [twin, `${signature.slice(0, -2)}00`, signature.slice(0, -2), zero, "0x"]) {
      expect(nobleRecovery.recover(digest, bad as Hex)).toBeNull();
    }
  });
});
