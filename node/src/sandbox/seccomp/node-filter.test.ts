import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VERDICT } from "./bpf.ts";
import { type FilterArchitecture, nodeFilter } from "./node-filter.ts";
import { ALLOWED, CHECKED, FATAL, type Numbers } from "./system-calls.ts";

const MACHINE = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
const ENOSYS = VERDICT.errno(38);

interface Call {
  readonly machine: number;
  readonly number: number;
  readonly args?: readonly number[];
}

/** What the kernel would answer: the instructions are run as it runs them. */
function judge(program: Buffer, { machine, number, args = [] }: Call): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(machine >>> 0, 4);
  for (const [index, value] of args.entries()) data.writeUInt32LE(value >>> 0, 16 + 8 * index);
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const k = program.readUInt32LE(at + 4);
    const skip = (holds: boolean): number => 8 * program.readUInt8(at + (holds ? 2 : 3));
    switch (program.readUInt16LE(at)) {
      case 0x20:
        accumulator = data.readUInt32LE(k);
        break;
      case 0x54:
        accumulator = (accumulator & k) >>> 0;
        break;
      case 0x15:
        at += skip(accumulator === k);
        break;
      case 0x35:
        at += skip(accumulator >= k);
        break;
      case 0x06:
        return k;
      default:
        throw new TypeError("an instruction that the filter does not use");
    }
  }
  throw new TypeError("it ends without a verdict");
}

describe.each(["x64", "arm64"] as const)(
  "the filter for %s",
  (architecture: FilterArchitecture) => {
    const program = nodeFilter(architecture);
    const machine = MACHINE[architecture];
    const numberOf = ([x64, arm64]: Numbers): number | null =>
      architecture === "x64" ? x64 : arm64;
    const numbersOf = (table: { readonly [name: string]: Numbers }): number[] =>
      Object.values(table).flatMap((numbers) => numberOf(numbers) ?? []);
    const checkedNumbers = Object.values(CHECKED).map(({ numbers }) => numberOf(numbers) ?? -1);
    const known = [...numbersOf(ALLOWED), ...numbersOf(FATAL), ...checkedNumbers];

    test("names no system call twice", () => {
      expect(new Set(known).size).toBe(known.length);
    });

    test("allows what Node needs, ends who attacks, and knows nothing of the rest", () => {
      for (const number of numbersOf(ALLOWED)) {
        expect(judge(program, { machine, number })).toBe(VERDICT.allow);
      }
      for (const number of numbersOf(FATAL)) {
        expect(judge(program, { machine, number })).toBe(VERDICT.killProcess);
      }
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 0x3fff_ffff }), (number) => {
          fc.pre(!known.includes(number));
          expect(judge(program, { machine, number })).toBe(ENOSYS);
        }),
      );
    });

    test("ends whoever calls by another architecture's table", () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 500 }), fc.integer(), (number, other) => {
          fc.pre(other >>> 0 !== machine);
          expect(judge(program, { machine: other, number })).toBe(VERDICT.killProcess);
        }),
      );
      const x32 = 0x4000_0000;
      expect(judge(program, { machine, number: x32 + 1 })).toBe(VERDICT.killProcess);
    });

    const verdictOn = (name: string, ...args: number[]): number =>
      judge(program, { machine, number: numberOf(CHECKED[name]!.numbers)!, args });

    test("lets threads be made, and no process and no namespace", () => {
      const thread = 0x3d0f00;
      expect(verdictOn("clone", thread)).toBe(VERDICT.allow);
      for (const flags of [0x11, 0x4111, thread | 0x1000_0000, thread | 0x4000_0000]) {
        expect(verdictOn("clone", flags)).toBe(VERDICT.killProcess);
      }
    });

    test("lets no file be opened to be written, and no memory be shared", () => {
      expect(verdictOn("openat", 0, 0, 0x80000)).toBe(VERDICT.allow);
      for (const flags of [1, 2, 0x40, 0x241, 0x40_0000]) {
        expect(verdictOn("openat", 0, 0, flags)).toBe(VERDICT.errno(13));
      }
      expect(verdictOn("mmap", 0, 4096, 3, 0x22)).toBe(VERDICT.allow);
      for (const flags of [0x21, 1, 3]) {
        expect(verdictOn("mmap", 0, 4096, 3, flags)).toBe(VERDICT.errno(1));
      }
    });
  },
);
