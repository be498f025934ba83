import { hash } from "node:crypto";

const KEY_BYTES = 16;
const CONTENT_BYTES = 18;
const OFFSET_BYTES = 6;
const SLOT_BYTES = KEY_BYTES + CONTENT_BYTES + OFFSET_BYTES;
const FULLEST = 0.7;

/** Something for which there is never a second signature with other content. */
export interface Place {
  /** For people, for example `Commitment 7/0`. */
  readonly name: () => string;
  readonly key: Buffer;
  /** Hash of what stands there. */
  readonly content: Buffer;
}

/** What was signed for a place, and where the log says so. */
export interface KnownPlace {
  readonly content: Buffer;
  readonly offset: number;
}

/** A place by its name. */
export function placeOf(name: string, content: string | Uint8Array): Place {
  return { name: () => name, key: placeKey(name), content: contentHash(content) };
}

/** A name's key in the table. */
export function placeKey(name: string): Buffer {
  return hash("sha256", name, "buffer").subarray(0, KEY_BYTES);
}

/** The place of an attempt at an execution, given by its 32 bytes and the attempt's one. */
export function recordPlace(execution: Buffer, record: Uint8Array): Place {
  const name = (): string =>
    `Record 0x${execution.toString("hex", 0, 32)}/${execution.readUInt8(32)}`;
  const key = hash("sha256", execution, "buffer").subarray(0, KEY_BYTES);
  return { name, key, content: contentHash(record) };
}

function contentHash(content: string | Uint8Array): Buffer {
  return hash("sha256", content, "buffer").subarray(0, CONTENT_BYTES);
}

/**
 * Memory of all places: one flat table with 40 bytes for each, because there is one for every execution. A node
 * that finds two names with one 128-bit key gains a refusal; 144 bits of content cannot be matched.
 */
export class Places {
  #slots = 1 << 10;
  #table: Buffer = Buffer.alloc(this.#slots * SLOT_BYTES);
  #used: Uint8Array = new Uint8Array(this.#slots);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Buffer): KnownPlace | null {
    const slot = this.#find(key);
    if (this.#used[slot] === 0) return null;
    const at = slot * SLOT_BYTES + KEY_BYTES;
    return {
      content: this.#table.subarray(at, at + CONTENT_BYTES),
      offset: this.#table.readUIntBE(at + CONTENT_BYTES, OFFSET_BYTES),
    };
  }

  /** Keeps the first content of a place; a later one is not taken. */
  add(place: Place, offset: number): void {
    if (this.#size >= this.#slots * FULLEST) this.#grow();
    const slot = this.#find(place.key);
    if (this.#used[slot] === 1) return;
    const at = slot * SLOT_BYTES;
    place.key.copy(this.#table, at);
    place.content.copy(this.#table, at + KEY_BYTES);
    this.#table.writeUIntBE(offset, at + KEY_BYTES + CONTENT_BYTES, OFFSET_BYTES);
    this.#used[slot] = 1;
    this.#size += 1;
  }

  #find(key: Buffer): number {
    let slot = key.readUInt32BE(0) % this.#slots;
    while (this.#used[slot] === 1) {
      const at = slot * SLOT_BYTES;
      if (key.compare(this.#table, at, at + KEY_BYTES) === 0) return slot;
      slot = (slot + 1) % this.#slots;
    }
    return slot;
  }

  #grow(): void {
    const table = this.#table;
    const used = this.#used;
    this.#slots *= 2;
    this.#table = Buffer.alloc(this.#slots * SLOT_BYTES);
    this.#used = new Uint8Array(this.#slots);
    for (let slot = 0; slot < used.length; slot += 1) {
      if (used[slot] === 0) continue;
      const at = slot * SLOT_BYTES;
      const to = this.#find(table.subarray(at, at + KEY_BYTES));
      table.copy(this.#table, to * SLOT_BYTES, at, at + SLOT_BYTES);
      this.#used[to] = 1;
    }
  }
}
