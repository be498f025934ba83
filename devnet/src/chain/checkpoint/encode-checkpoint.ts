import { createHash } from "node:crypto";
import { messageOf } from "../error.ts";
import { type Checkpoint, CheckpointError, type CheckpointHead } from "./checkpoint.ts";

/*
 * file = "DEEDCKP1" ‖ headLength u32 ‖ head (JSON) ‖ engine state ‖ history ‖ SHA-256 of all before
 *
 * The head holds the lengths of both parts. The hash tells a damaged file from a whole one; that the
 * content is this chain's is for the journal, the block's hash and its state root to say.
 */
const magic = Buffer.from("DEEDCKP1");
const hashBytes = 32;
const prefixBytes = magic.length + 4;

interface FileHead extends CheckpointHead {
  readonly engineStateBytes: number;
  readonly historyBytes: number;
}

/** The file's bytes. */
export function encodeCheckpoint({ head, engineState, history }: Checkpoint): Uint8Array {
  const fileHead: FileHead = {
    ...head,
    engineStateBytes: engineState.length,
    historyBytes: history.length,
  };
  const json = Buffer.from(JSON.stringify(fileHead));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  const parts = [magic, length, json, engineState, history];
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Buffer.concat([...parts, hash.digest()]);
}

/** Throws CheckpointError with what is wrong with the file. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!file.subarray(0, magic.length).equals(magic)) {
    throw new CheckpointError("it is no checkpoint of a version that is known");
  }
  const content = file.subarray(0, Math.max(0, file.length - hashBytes));
  const hash = createHash("sha256").update(content).digest();
  if (!hash.equals(file.subarray(content.length))) {
    throw new CheckpointError("it is torn or damaged: its hash differs");
  }
  const headEnd = prefixBytes + content.readUInt32BE(magic.length);
  const { engineStateBytes, historyBytes, ...head } = parseHead(
    content.subarray(prefixBytes, headEnd),
  );
  const stateEnd = headEnd + engineStateBytes;
  if (stateEnd + historyBytes !== content.length) {
    throw new CheckpointError("its lengths do not add up");
  }
  return {
    head,
    engineState: content.subarray(headEnd, stateEnd),
    history: content.subarray(stateEnd),
  };
}

// The hash was right: what stands here is what a version of this program wrote.
function parseHead(json: Uint8Array): FileHead {
  try {
    return JSON.parse(new TextDecoder().decode(json)) as FileHead;
  } catch (error) {
    throw new CheckpointError(`its head cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
