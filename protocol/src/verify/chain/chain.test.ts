import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nobleHasher } from "../../encoding/hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "../../encoding/hex.ts";
import { abiType, decodeAbi } from "./abi.ts";
import { decodeHeader, encodeHeader } from "./header.ts";
import { EVENT_SIGNATURES } from "./ledger-event.ts";
import { decodeReceipt, encodeReceipt } from "./receipt.ts";
import { decodeRlp, encodeRlp, type Rlp } from "./rlp.ts";
import { provenValue, trieKey } from "./trie.ts";
import { indexTrie } from "./trie-builder.ts";

const anyRlp = fc.letrec<{ item: Rlp }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 3 },
    fc.uint8Array({ maxLength: 80 }),
    fc.array(tie("item"), { maxLength: 5 }),
  ),
})).item;

describe("RLP", () => {
  test("survives its bytes", () => {
    fc.assert(
      fc.property(anyRlp, (item) => {
        expect(decodeRlp(encodeRlp(item))).toEqual(item);
      }),
    );
  });

  test("has one form: whatever is read is written alike", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        let item: Rlp;
        try {
          item = decodeRlp(bytes);
        } catch {
          return;
        }
        expect(encodeRlp(item)).toEqual(bytes);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("a trie of receipts", () => {
  // As long as receipts are: shorter ones would stand inside their parents, and be shown with them.
  const anyValues = fc.array(fc.uint8Array({ minLength: 40, maxLength: 80 }), {
    minLength: 1,
    maxLength: 300,
  });

  test("proves every item at its index alone", () => {
    fc.assert(
      fc.property(anyValues, fc.nat(), fc.nat(400), (values, pick, other) => {
        const index = pick % values.length;
        const trie = indexTrie(values);
        const proof = trie.proof(index);
        const shown = (at: number) => provenValue(trie.root, trieKey(at), proof, nobleHasher);
        expect(shown(index)).toEqual(values[index]);
        if (other !== index) expect(shown(other)).toBeNull();
        // Without its first node nothing leads from the root; without its last one something does.
        expect(provenValue(trie.root, trieKey(index), proof.slice(1), nobleHasher)).toBe(
          proof.length === 1 ? "cut" : null,
        );
        const begun = proof.slice(0, -1);
        expect(provenValue(trie.root, trieKey(index), begun, nobleHasher)).toBe("cut");
      }),
      { numRuns: 40 },
    );
  });

  test("of no items has the known root", () => {
    expect(indexTrie([]).root).toBe(
      "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    );
  });
});

describe("headers and receipts", () => {
  const word = (byte: string): Hex => `0x${byte.repeat(32)}`;

  test("of Ethereum's first block have its hash", () => {
    const genesis = encodeHeader({
      parentHash: word("00"),
      sha3Uncles: "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
      miner: `0x${"00".repeat(20)}`,
      stateRoot: "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
      transactionsRoot: "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
      receiptsRoot: "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
      logsBloom: `0x${"00".repeat(256)}`,
      difficulty: 17_179_869_184n,
      number: 0n,
      gasLimit: 5000n,
      gasUsed: 0n,
      timestamp: 0n,
      extraData: "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
      mixHash: word("00"),
      nonce: "0x0000000000000042",
    });
    expect(decodeHeader(genesis)).toMatchObject({
      hash: "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
      number: 0,
      timestampSec: 0,
    });
  });

  test("survive their bytes", () => {
    const logs = [
      {
        address: `0x${"aa".repeat(20)}` as const,
        topics: [word("01"), word("02")],
        data: "0x1234" as const,
      },
    ];
    for (const type of [0, 2]) {
      const fields = {
        type,
        isSuccess: true,
        cumulativeGasUsed: 21_000n,
        logsBloom: `0x${"00".repeat(256)}` as const,
        logs,
      };
      const bytes = encodeReceipt(fields);
      expect(decodeReceipt(bytesToHex(bytes))).toEqual({ isSuccess: true, logs });
    }
    expect(() => decodeReceipt("0x02")).toThrow(/BAD_RLP/);
    expect(hexToBytes("0x")).toHaveLength(0);
  });
});

describe("ledger bytes of a wrong form are refused by the part that is wrong", () => {
  const word = new Uint8Array(32).fill(1);
  const of = (code: "BAD_HEADER" | "BAD_RECEIPT" | "BAD_ABI", detail: string) =>
    expect.objectContaining({ failure: { code, detail } });
  const header = (change: (items: Rlp[]) => void): Hex => {
    const items: Rlp[] = Array.from({ length: 15 }, () => word);
    items[8] = Uint8Array.of(7);
    items[11] = Uint8Array.of(9);
    change(items);
    return bytesToHex(encodeRlp(items));
  };

  test.each<[string, (items: Rlp[]) => void]>([
    ["fields", (items) => items.pop()],
    ["parentHash", (items) => items.splice(0, 1, word.subarray(1))],
    ["receiptsRoot", (items) => items.splice(5, 1, [word])],
    ["number", (items) => items.splice(8, 1, Uint8Array.of(0, 1))],
    ["timestamp", (items) => items.splice(11, 1, new Uint8Array(9).fill(255))],
  ])("headers: %s", (detail, change) => {
    expect(decodeHeader(header(() => undefined))).toMatchObject({ number: 7, timestampSec: 9 });
    expect(() => decodeHeader(header(change))).toThrow(of("BAD_HEADER", detail));
  });

  const none = new Uint8Array();
  const address = new Uint8Array(20);
  test.each<[string, Rlp]>([
    ["fields", [none, none, none]],
    ["status", [word, none, none, []]],
    ["logs", [none, none, none, none]],
    ["log", [none, none, none, [word]]],
    ["address", [none, none, none, [[word, [], none]]]],
    ["log", [none, none, none, [[address, [word, word, word, word, word], none]]]],
    ["topic", [none, none, none, [[address, [address], none]]]],
  ])("receipts: %s", (detail, item) => {
    const receipt = bytesToHex(encodeRlp(item));
    expect(() => decodeReceipt(receipt)).toThrow(of("BAD_RECEIPT", detail));
  });

  const first = (byte: number): number[] => [byte, ...Array<number>(31).fill(0)];
  const last = (byte: number): number[] => [...Array<number>(31).fill(0), byte];
  test.each<[string, string, readonly number[][]]>([
    ["end of data", "uint256", []],
    ["padding", "uint8", [first(1)]],
    ["padding", "address", [first(1)]],
    ["bool", "bool", [last(2)]],
    ["WRONG_LENGTH", "bytes", []],
    ["OUT_OF_RANGE", "bytes", [first(1)]],
    ["bytes", "string", [last(32), last(33)]],
    ["BAD_UTF8", "string", [last(32), last(1), first(255)]],
    ["list", "uint8[]", [last(32), last(9)]],
  ])("event data: %s of %s", (detail, type, words) => {
    const data = Uint8Array.from(words.flat());
    expect(() => decodeAbi([abiType(type)], data)).toThrow(of("BAD_ABI", detail));
  });

  test("event declarations: a type that no event of the ledger has", () => {
    expect(() => abiType("int256")).toThrow(of("BAD_ABI", "type int256"));
  });
});

describe("events", () => {
  interface AbiInput {
    readonly type: string;
    readonly components?: readonly AbiInput[];
  }
  const files = ["Intents", "Executions", "Registry", "Beacon", "Gateway", "Disputes"];
  const declared = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(
      new URL(`../../../../contracts/abi/${file}.ts`, import.meta.url),
      "utf8",
    );
    const abi = JSON.parse(text.slice(text.indexOf("= [") + 2, text.lastIndexOf("]") + 1)) as {
      type: string;
      name: string;
      inputs: readonly AbiInput[];
    }[];
    for (const entry of abi.filter(({ type }) => type === "event")) {
      declared.set(entry.name, `${entry.name}(${entry.inputs.map(canonical).join(",")})`);
    }
  }

  function canonical({ type, components }: AbiInput): string {
    if (components === undefined) return type;
    return `(${components.map(canonical).join(",")})${type.slice("tuple".length)}`;
  }

  test.each(Object.entries(EVENT_SIGNATURES))(
    "%s is what the contracts declare",
    (name, signature) => {
      expect(signature).toBe(declared.get(name));
    },
  );
});
