import fc from "fast-check";
import { encodeAbiParameters, toEventSelector } from "viem";
import { describe, expect, test } from "vitest";
import { bytesToHex, keccakText } from "../../encoding/index.ts";
import type { Tree } from "../tree.ts";
import { type AbiType, canonicalType, parseAbiType } from "./abi-type.ts";
import { type AbiValue, readAbiValue } from "./abi-value.ts";
import { parseDeclaration } from "./declaration.ts";
import { encodeArguments } from "./encode.ts";

const span = { start: 0, end: 1 };
const scalar = (value: string | boolean | bigint): Tree => ({
  kind: "scalar",
  span,
  value,
  raw: String(value),
});

interface Sample {
  readonly tree: Tree;
  /** The same for viem. */
  readonly plain: unknown;
}

function sampleOf(type: AbiType): fc.Arbitrary<Sample> {
  const hex = (size: { minLength: number; maxLength: number }) =>
    fc
      .uint8Array(size)
      .map((bytes) => ({ tree: scalar(bytesToHex(bytes)), plain: bytesToHex(bytes) }));
  switch (type.kind) {
    case "uint":
      return fc
        .bigInt({ min: 0n, max: 2n ** BigInt(type.bits) - 1n })
        .map((value) => ({ tree: scalar(value.toString()), plain: value }));
    case "int":
      return fc
        .bigInt({ min: -(2n ** BigInt(type.bits - 1)), max: 2n ** BigInt(type.bits - 1) - 1n })
        .map((value) => ({ tree: scalar(value.toString()), plain: value }));
    case "bool":
      return fc.boolean().map((value) => ({ tree: scalar(value), plain: value }));
    case "address":
      return hex({ minLength: 20, maxLength: 20 });
    case "fixed-bytes":
      return hex({ minLength: type.size, maxLength: type.size });
    case "bytes":
      return hex({ minLength: 0, maxLength: 70 });
    case "string":
      return fc
        .string({ unit: "grapheme" })
        .map((value) => ({ tree: scalar(value), plain: value }));
    case "array":
      return fc
        .array(sampleOf(type.item), {
          minLength: type.length ?? 0,
          maxLength: type.length ?? 3,
        })
        .map((items) => ({
          tree: { kind: "list", span, items: items.map(({ tree }) => tree) },
          plain: items.map(({ plain }) => plain),
        }));
  }
}

const element: fc.Arbitrary<AbiType> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("uint" as const, "int" as const),
    bits: fc.integer({ min: 1, max: 32 }).map((bytes) => bytes * 8),
  }),
  fc.record({ kind: fc.constant("fixed-bytes" as const), size: fc.integer({ min: 1, max: 32 }) }),
  fc
    .constantFrom("address" as const, "bool" as const, "bytes" as const, "string" as const)
    .map((kind) => ({ kind })),
);
const array = (item: AbiType, length: number | null): AbiType => ({ kind: "array", item, length });
const size = fc.option(fc.integer({ min: 1, max: 3 }));
const abiType: fc.Arbitrary<AbiType> = fc.oneof(
  element,
  fc.tuple(element, size).map(([item, length]) => array(item, length)),
  fc.tuple(element, size, size).map(([item, inner, outer]) => array(array(item, inner), outer)),
);

describe("the encoder", () => {
  test("agrees with viem on every type and value", () => {
    const call = fc
      .array(abiType, { maxLength: 4 })
      .chain((types) => fc.tuple(fc.constant(types), fc.tuple(...types.map(sampleOf))));
    fc.assert(
      fc.property(call, ([types, samples]) => {
        const values = samples.map(({ tree }, index) => {
          const value = readAbiValue(types[index] as AbiType, tree);
          if ("code" in value) throw new Error(value.message);
          return value satisfies AbiValue;
        });
        const ours = bytesToHex(encodeArguments(types, values));
        const theirs = encodeAbiParameters(
          types.map((type) => ({ type: canonicalType(type) })),
          samples.map(({ plain }) => plain),
        );
        expect(ours).toBe(theirs);
      }),
      { numRuns: 500 },
    );
  });

  test("types survive their canonical text", () => {
    fc.assert(
      fc.property(abiType, (type) => {
        expect(parseAbiType(canonicalType(type))).toEqual(type);
      }),
    );
  });
});

describe("literals", () => {
  test.each<[string, Tree, string]>([
    ["uint8", scalar("256"), "DEED_ARGUMENT"],
    ["uint8", scalar("-1"), "DEED_ARGUMENT"],
    ["int8", scalar("128"), "DEED_ARGUMENT"],
    ["uint256", scalar(5n), "DEED_AMOUNT_NOT_STRING"],
    ["uint256", scalar("05"), "DEED_ARGUMENT"],
    ["uint256", scalar("1e18"), "DEED_ARGUMENT"],
    ["bool", scalar("true"), "DEED_ARGUMENT"],
    ["address", scalar("0x12"), "DEED_ARGUMENT"],
    ["address", scalar("0x5FbDB2315678afecb367f032d93F642f64180aa4"), "DEED_CHECKSUM"],
    ["bytes4", scalar("0x1234"), "DEED_ARGUMENT"],
    ["bytes", scalar("0x123"), "DEED_ARGUMENT"],
    ["uint8[2]", { kind: "list", span, items: [scalar("1")] }, "DEED_ARGUMENT"],
    ["uint8[]", scalar("1"), "DEED_ARGUMENT"],
    ["uint8", { kind: "list", span, items: [] }, "DEED_ARGUMENT"],
  ])("%s refuses what it cannot hold", (text, tree, code) => {
    const type = parseAbiType(text) as AbiType;
    expect(readAbiValue(type, tree)).toMatchObject({ code });
  });
});

describe("declarations", () => {
  test.each([
    ["Transfer(address indexed from, address indexed to, uint256 value)", "event"],
    ["event Deposited(uint256 amount, bytes32[2][] proofs)", "event"],
    ["Nothing()", "event"],
    ["transfer(address,uint256)", "function"],
    ["function sell(address payable to, string memory note)", "function"],
  ] as const)("%s", (text, keyword) => {
    const declaration = parseDeclaration(text, keyword);
    if ("problem" in declaration) throw new Error(declaration.message);
    const plain = text.replace(/^(event|function)\s+/, "");
    expect(keccakText(declaration.signature)).toBe(
      toEventSelector(`event ${plain.replace(/ payable| memory/g, "")}`),
    );
  });

  test("spaces, aliases and a semicolon do not change the signature", () => {
    const written = "  event  Deposited ( uint amount , bytes32 [2][] proofs ) ; ";
    expect(parseDeclaration(written, "event")).toMatchObject({
      signature: "Deposited(uint256,bytes32[2][])",
    });
  });

  test.each([
    ["", "event", "syntax", 0],
    ["transfer", "function", "syntax", 0],
    ["event A()", "function", "syntax", 0],
    ["a(uint256", "function", "syntax", 9],
    ["a(uint256) external", "function", "syntax", 10],
    ["a(uint7)", "function", "type", 2],
    ["a(address, uin256 x)", "function", "type", 11],
    ["a((uint256,address) x)", "function", "type", 2],
    ["a(tuple x)", "function", "type", 2],
    ["a(uint256 x,, bool)", "function", "syntax", 12],
    ["a(uint256 indexed x)", "function", "syntax", 2],
    ["A(uint a, bool a)", "event", "syntax", 10],
    ["A(bool indexed a, bool indexed b, bool indexed c, bool indexed d)", "event", "syntax", 2],
    ["a(bytes33)", "function", "type", 2],
    ["a(uint256[0])", "function", "type", 2],
  ] as const)("%s is refused", (text, keyword, problem, start) => {
    const declaration = parseDeclaration(text, keyword);
    expect(declaration).toMatchObject({ problem, span: { start } });
  });
});
