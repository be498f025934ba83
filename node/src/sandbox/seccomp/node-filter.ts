import {
  ARCHITECTURE_OFFSET,
  and,
  argumentOffset,
  assemble,
  type Instruction,
  isAtLeast,
  isEqual,
  load,
  NUMBER_OFFSET,
  VERDICT,
  verdict,
} from "./bpf.ts";
import { ALLOWED, CHECKED, type Checked, FATAL, type Numbers } from "./system-calls.ts";

export type FilterArchitecture = "x64" | "arm64";

const AUDIT_ARCHITECTURE = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
/** Numbers from here on are the x32 calling convention of x86-64. */
const X32_BIT = 0x4000_0000;
const ERRNO = { EPERM: 1, EACCES: 13, ENOSYS: 38 } as const;

/** The allow-list under which Node runs in a container, as raw BPF. */
export function nodeFilter(architecture: FilterArchitecture): Buffer {
  const numberOf = ([x64, arm64]: Numbers): readonly number[] => {
    const number = architecture === "x64" ? x64 : arm64;
    return number === null ? [] : [number];
  };
  const plain = (table: { readonly [name: string]: Numbers }, value: number): Instruction[] =>
    Object.values(table)
      .flatMap(numberOf)
      .flatMap((number) => rule(number, [verdict(value)]));
  return assemble([
    load(ARCHITECTURE_OFFSET),
    isEqual(AUDIT_ARCHITECTURE[architecture], { yes: 1, no: 0 }),
    verdict(VERDICT.killProcess),
    load(NUMBER_OFFSET),
    isAtLeast(X32_BIT, { yes: 0, no: 1 }),
    verdict(VERDICT.killProcess),
    ...plain(ALLOWED, VERDICT.allow),
    ...Object.values(CHECKED).flatMap((check) =>
      numberOf(check.numbers).flatMap((number) => rule(number, checked(check))),
    ),
    ...plain(FATAL, VERDICT.killProcess),
    verdict(VERDICT.errno(ERRNO.ENOSYS)),
  ]);
}

/** The given instructions for one system call; they end with a verdict. */
function rule(number: number, then: readonly Instruction[]): readonly Instruction[] {
  return [isEqual(number, { yes: 0, no: then.length }), ...then];
}

function checked({ argument, mask, values, otherwise }: Checked): readonly Instruction[] {
  const refusal = otherwise === "fatal" ? VERDICT.killProcess : VERDICT.errno(ERRNO[otherwise]);
  return [
    load(argumentOffset(argument)),
    and(mask),
    ...values.flatMap((value) => rule(value, [verdict(VERDICT.allow)])),
    verdict(refusal),
  ];
}
