import { ChainError } from "../error.ts";
import { toHex } from "../hex.ts";
import type { Journal, JournalBlock, JournalMark } from "../journal/journal.ts";
import type { GroupRecord } from "../journal/record.ts";
import type { Block, Engine } from "./engine.ts";

/** A block, and the places of its group's transactions that it could not include. */
export interface SealedGroup {
  readonly block: Block;
  readonly excluded: readonly number[];
}

/** Makes the block of a group whose transactions the engine has admitted. */
export async function sealGroup(
  engine: Engine,
  group: GroupRecord,
  hashes: readonly string[],
  parent: Block,
): Promise<SealedGroup> {
  const bytes = group.transactions.reduce((sum, raw) => sum + raw.length, 0);
  const block = await engine.seal(group.timestampSec, bytes);
  const included = new Set<string>(block.transactions);
  const excluded = hashes.flatMap((hash, place) => (included.has(hash) ? [] : [place]));
  const ours = hashes.length - excluded.length === included.size;
  if (!ours || block.number !== group.number || block.parentHash !== parent.hash) {
    // Somebody else wrote to the engine: what it holds is not what the journal says.
    throw new ChainError({ code: "ENGINE_LOST", reason: `block ${block.number} is not ours` });
  }
  // What could not be executed must not slip into a later block.
  if (excluded.length > 0) await engine.forgetAdmitted();
  return { block, excluded };
}

/** Collaborators of `replay`. */
export interface Replay {
  readonly journal: Journal;
  readonly hashOf: (raw: Uint8Array) => string;
  /** The last block to be made; left out, the journal's newest. */
  readonly until?: JournalMark;
  /** Told of each block before the next one is made. */
  readonly onBlock: (engine: Engine, sealed: SealedGroup) => Promise<void>;
}

/** Where a replay begins. */
export interface ReplayStart {
  readonly block: Block;
  /** Undefined for the genesis. */
  readonly mark: JournalMark | undefined;
}

/** Brings an engine from where it stands to the journal's head or a mark, comparing every hash; gives its head. */
export async function replay(
  engine: Engine,
  { block, mark }: ReplayStart,
  { journal, hashOf, until, onBlock }: Replay,
): Promise<Block> {
  let head = block;
  for await (const entry of journal.read(mark, until)) {
    const sealed = await replayBlock(engine, entry, hashOf, head);
    const { block, excluded } = sealed;
    if (entry.seal === undefined) {
      // The process died between making this block and writing its hash: nothing stands behind it.
      const hash = Buffer.from(block.hash.slice(2), "hex");
      await journal.appendSeal({ kind: "seal", number: block.number, hash, excluded });
    }
    head = block;
    await onBlock(engine, sealed);
  }
  return head;
}

async function replayBlock(
  engine: Engine,
  { group, seal }: JournalBlock,
  hashOf: (raw: Uint8Array) => string,
  parent: Block,
): Promise<SealedGroup> {
  for (const raw of group.transactions) {
    const admission = await engine.admit(raw);
    if (admission.kind === "refused") {
      const actual = `a refusal of ${hashOf(raw)}: ${admission.reason}`;
      throw diverged(group.number, "an admission", actual);
    }
  }
  const sealed = await sealGroup(engine, group, group.transactions.map(hashOf), parent);
  if (seal !== undefined && toHex(seal.hash) !== sealed.block.hash) {
    throw diverged(group.number, toHex(seal.hash), sealed.block.hash);
  }
  return sealed;
}

function diverged(block: number, expected: string, actual: string): ChainError {
  return new ChainError({ code: "REPLAY_DIVERGED", block, expected, actual });
}
