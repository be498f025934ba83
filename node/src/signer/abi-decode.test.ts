import { type Hex, hexToBytes } from "@deed/protocol/encoding";
import { ledgerCalls } from "@deed/sdk";
import fc from "fast-check";
import { encodeAbiParameters, parseAbiParameters } from "viem";
import { expect, test } from "vitest";
import { type AbiValue, decodeArguments } from "./abi-decode.ts";
import { parseFunction } from "./abi-type.ts";
import { callText } from "./call-text.ts";

const SHAPE =
  "uint8,(uint32,bytes32,bool)[],bytes,string,address,bytes4,(uint64,bytes)[2],uint256[3],bytes[]";

const hex = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes): Hex => `0x${Buffer.from(bytes).toString("hex")}`);
const anyHex = fc.nat(70).chain(hex);
const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const values = fc.tuple(
  fc.nat(255),
  fc.array(fc.tuple(fc.nat(2 ** 32 - 1), hex(32), fc.boolean()), { maxLength: 4 }),
  anyHex,
  fc.string({ maxLength: 40 }),
  hex(20),
  hex(4),
  fc.tuple(
    fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), anyHex),
    fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), anyHex),
  ),
  fc.tuple(word, word, word),
  fc.array(anyHex, { maxLength: 3 }),
);

const type = parseFunction(`f(${SHAPE})`)?.inputs ?? fail();
const decode = (data: Hex): AbiValue | null => decodeArguments(type, hexToBytes(data));

function fail(): never {
  throw new Error("no such signature");
}

/** As the decoder gives values: numbers, addresses and truths as bigints, text as bytes. */
function plain(value: unknown, asNumber = false): AbiValue {
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (typeof value === "string") {
    if (asNumber) return BigInt(value);
    return value.startsWith("0x") ? (value as Hex) : `0x${Buffer.from(value).toString("hex")}`;
  }
  return BigInt(value as bigint | number | boolean);
}

test("what an independent library encodes is decoded to the same values", () => {
  fc.assert(
    fc.property(values, (given) => {
      fc.pre(!given[3].startsWith("0x"));
      const data = encodeAbiParameters(parseAbiParameters(SHAPE), given as never);
      expect(decode(data)).toEqual(given.map((value, index) => plain(value, index === 4)));
    }),
  );
});

test("no other bytes stand for the same values: whatever decodes is what the library would encode", () => {
  fc.assert(
    fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, place, flip) => {
      const data = hexToBytes(encodeAbiParameters(parseAbiParameters(SHAPE), given as never));
      const at = place % data.length;
      data[at] = (data[at] ?? 0) ^ flip;
      const decoded = decodeArguments(type, data);
      if (decoded === null) return;
      const again = encodeAbiParameters(parseAbiParameters(ENCODED), decoded as never);
      expect(again).toBe(`0x${Buffer.from(data).toString("hex")}`);
    }),
  );
});

// The same layout, of types for which the library takes what the decoder gives.
const ENCODED =
  "uint256,(uint256,bytes32,uint256)[],bytes,bytes,uint256,bytes4,(uint256,bytes)[2],uint256[3],bytes[]";

test.each<[string, Hex]>([
  ["nothing", "0x"],
  ["half a word", `0x${"00".repeat(16)}`],
  ["more than the arguments", `0x${"00".repeat(64)}`],
  ["a number that its type cannot hold", `0x${"00".repeat(30)}0100`],
])("%s is not one argument of type uint8", (_, data) => {
  const one = parseFunction("f(uint8)")?.inputs ?? fail();
  expect(decodeArguments(one, hexToBytes(data))).toBeNull();
});

test("a list that claims to be longer than the data costs nothing", () => {
  const list = parseFunction("f(uint8[])")?.inputs ?? fail();
  const data: Hex = `0x${"20".padStart(64, "0")}${"ff".repeat(32)}`;
  expect(decodeArguments(list, hexToBytes(data))).toBeNull();
});

test.each([
  "f",
  "f(",
  "f(uint7)",
  "f(int8)",
  "f(uint8)x",
  "f(bytes33)",
  "(uint8)",
  "f(uint8,)",
  "f(,)",
])("%s is no signature that it knows", (signature) => expect(parseFunction(signature)).toBeNull());

test("a call is shown with its arguments; long bytes by their length", () => {
  const address = (digit: string): Hex => `0x${digit.repeat(40)}`;
  const calls = ledgerCalls({
    ...{ chainId: 1, fromBlock: 0, registry: address("1"), intents: address("2") },
    ...{ beacon: address("3"), executions: address("4"), disputes: address("5") },
    ...{ gateway: address("6"), vault: address("7"), timelock: address("8") },
    ...{ governance: address("9"), directory: address("a") },
  });
  const head: Hex = `0x${"ab".repeat(32)}`;
  const terms = { batchNo: 7, posted: 3n, auditSeq: 12, auditHead: head } as const;
  const long: Hex = `0x${"00".repeat(65)}`;
  const { data } = calls.record({ ...terms, records: "0x1234", signature: long });
  const record = parseFunction("record(uint64,uint256,uint64,bytes32,bytes,bytes)") ?? fail();
  const decoded = decodeArguments(record.inputs, hexToBytes(`0x${data.slice(10)}`)) ?? fail();
  expect(callText(record.name, decoded)).toBe(`record(7,3,12,${head},0x1234,bytes[65])`);
});
