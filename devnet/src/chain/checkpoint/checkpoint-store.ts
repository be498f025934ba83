import { join } from "node:path";
import { createDurably, type DurableFiles, durableFiles } from "../durable-files.ts";
import { hasCode } from "../error.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./encode-checkpoint.ts";

const pattern = /^checkpoint-(\d+)$/;
const leftover = /^checkpoint-\d+\.new$/;

/** Checkpoints as files of a directory, `checkpoint-<block>`: the newest, and two for a moment. */
export class CheckpointStore {
  readonly #directory: string;
  readonly #files: DurableFiles;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(directory: string, files: DurableFiles = durableFiles) {
    this.#directory = directory;
    this.#files = files;
  }

  /** One action at a time: a search removes what is half written, and a write what is older. */
  inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Blocks that there are files for, newest first. Removes what a killed process left unfinished. */
  async numbers(): Promise<readonly number[]> {
    const names = await this.#names();
    for (const name of names) {
      if (leftover.test(name)) await this.#files.remove(join(this.#directory, name));
    }
    const found = names.map((name) => pattern.exec(name)?.[1]).filter((text) => text !== undefined);
    return found.map(Number).sort((a, b) => b - a);
  }

  path(number: number): string {
    return join(this.#directory, `checkpoint-${number}`);
  }

  /** Throws CheckpointError when the file is not what was written. */
  async read(number: number): Promise<Checkpoint> {
    return decodeCheckpoint(await this.#files.read(this.path(number)));
  }

  /** Returns the file's size once it is on the disk and older ones are gone. */
  async write(checkpoint: Checkpoint): Promise<number> {
    const { number } = checkpoint.head;
    const bytes = encodeCheckpoint(checkpoint);
    await createDurably(this.path(number), bytes, this.#files);
    for (const other of await this.numbers()) {
      if (other !== number) await this.remove(other);
    }
    return bytes.length;
  }

  remove(number: number): Promise<void> {
    return this.#files.remove(this.path(number));
  }

  async #names(): Promise<readonly string[]> {
    try {
      return await this.#files.list(this.#directory);
    } catch (error) {
      if (hasCode(error, "ENOENT")) return [];
      throw error;
    }
  }
}
