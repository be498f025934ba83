import type { Block, Engine } from "../engine/engine.ts";
import { messageOf } from "../error.ts";
import { fromHex, type Hex, toHex } from "../hex.ts";
import type { JournalMark } from "../journal/journal.ts";
import type { ChainHeader } from "../journal/record.ts";
import type { Keccak } from "../transaction/keccak.ts";
import { type Checkpoint, CheckpointError } from "./checkpoint.ts";

const nobody = `0x${"00".repeat(20)}`;

/** Throws CheckpointError unless the journal has this very block at this very place. */
export function checkAgainstJournal(
  { head }: Checkpoint,
  header: ChainHeader,
  mark: JournalMark | undefined,
): void {
  const made = [head.chainId, head.engine, ...head.rules].join(" ");
  const wanted = [header.chainId, header.engine, ...header.rules].join(" ");
  same("engine", made, wanted);
  if (mark === undefined) throw new CheckpointError(`the journal has no block ${head.number}`);
  same("block", head.hash, toHex(mark.hash));
  same("place in the journal", placeOf(head.journal), placeOf(mark.position));
}

/** Puts a checkpoint into a fresh engine and gives its block. Throws CheckpointError when they do not fit. */
export async function restoreCheckpoint(
  engine: Engine,
  { head, engineState }: Checkpoint,
  keccak: Keccak,
): Promise<Block> {
  same("genesis", head.genesisHash, (await engine.block(0)).hash);
  try {
    await engine.loadState(engineState);
  } catch (error) {
    throw new CheckpointError(`the engine refuses it: ${messageOf(error)}`, { cause: error });
  }
  const block = await engine.head();
  same("number", String(block.number), String(head.number));
  same("block", block.hash, head.hash);
  same("genesis", (await engine.block(0)).hash, head.genesisHash);
  same("state root", String(block.header["stateRoot"]), head.stateRoot);
  // The block above only says which state it ends with; this is what the engine has.
  same("state", await stateRoot(engine, keccak), head.stateRoot);
  // Contracts of later blocks may ask for the hashes of earlier ones.
  same("recent hashes", toHex(keccak(await engine.recentHashes())), head.recentHashes);
  return block;
}

/** The root of the engine's state, computed by it for a proof. */
async function stateRoot(engine: Engine, keccak: Keccak): Promise<Hex> {
  const proof = await engine.request("eth_getProof", [nobody, [], "latest"]);
  const [rootNode] = (proof as { readonly accountProof: readonly Hex[] }).accountProof;
  const bytes = fromHex(rootNode);
  if (bytes === undefined) throw new CheckpointError("the engine proves nothing of its state");
  return toHex(keccak(bytes));
}

function same(what: string, actual: string, expected: string): void {
  if (actual === expected) return;
  throw new CheckpointError(`its ${what} is ${actual}, expected ${expected}`);
}

function placeOf({ offset, seed }: { readonly offset: number; readonly seed: number }): string {
  return `${offset}/${seed}`;
}
