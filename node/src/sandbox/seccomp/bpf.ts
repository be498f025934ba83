/** Classic BPF as seccomp reads it: https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html */
export interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly k: number;
}

const LOAD_WORD_ABSOLUTE = 0x20;
const AND_CONSTANT = 0x54;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER_OR_EQUAL = 0x35;
const RETURN = 0x06;

/** Offsets in `struct seccomp_data`. */
export const NUMBER_OFFSET = 0;
export const ARCHITECTURE_OFFSET = 4;
/** Low half of an argument, little endian. */
export const argumentOffset = (index: number): number => 16 + 8 * index;

export const VERDICT = {
  allow: 0x7fff_0000,
  killProcess: 0x8000_0000,
  errno: (errno: number): number => 0x0005_0000 | errno,
} as const;

export const load = (offset: number): Instruction => plain(LOAD_WORD_ABSOLUTE, offset);
export const and = (mask: number): Instruction => plain(AND_CONSTANT, mask);
export const verdict = (value: number): Instruction => plain(RETURN, value);

/** How many instructions are skipped in either case. */
export interface Skips {
  readonly yes: number;
  readonly no: number;
}

export const isEqual = (k: number, { yes, no }: Skips): Instruction => ({
  ...{ code: JUMP_EQUAL, jumpTrue: yes, jumpFalse: no, k },
});

export const isAtLeast = (k: number, { yes, no }: Skips): Instruction => ({
  ...{ code: JUMP_GREATER_OR_EQUAL, jumpTrue: yes, jumpFalse: no, k },
});

/** An array of `struct sock_filter`, which is what `bwrap --seccomp` reads. */
export function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, jumpTrue, jumpFalse, k }] of program.entries()) {
    const at = index * 8;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(jumpTrue, at + 2);
    bytes.writeUInt8(jumpFalse, at + 3);
    bytes.writeUInt32LE(k >>> 0, at + 4);
  }
  return bytes;
}

function plain(code: number, k: number): Instruction {
  return { code, jumpTrue: 0, jumpFalse: 0, k };
}
