import type { Channel } from "@deed/node/parts/inside";

/** What a hostile run is told to do, in place of a plan's summary. */
export interface Order {
  readonly attack: string;
  readonly argument: unknown;
}

/** The name of plans that are orders. */
export const ORDER_PLAN = "escape";

export interface Tools {
  readonly channel: Channel;
  /** Bytes to the node that need not be a frame; null where they go through the fork server. */
  readonly writeRaw: ((bytes: Buffer) => void) | null;
  /** Any system call; null where no native code can be had. */
  readonly syscall: Syscall | null;
}

/** Gives the result, or the negative number of the error. Bytes stand for their address. */
export type Syscall = (number: number, ...words: readonly (number | Uint8Array)[]) => number;

/** What it gained; it throws when it gained nothing. */
export type Grab = (argument: never, tools: Tools) => unknown;

/** The same for attacks that gain something later. */
export type LateGrab = (argument: never, say: Say) => void;

export type Say = (facts: { readonly got?: unknown; readonly refused?: string }) => void;

/** Nothing was gained, for a reason that has no code. */
export class Nothing extends Error {
  override readonly name = "Nothing";
}

/** How an attack ends that was refused: the code, or the name, of what was thrown. */
export function refusalOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return error instanceof Nothing ? `nothing: ${error.message}` : String(code ?? name ?? error);
}
