const FIRST_BYTES = 4_096;

/** A body as it comes, in one piece of memory: a server that sends it letter by letter takes no more than another. */
export class BodyBytes {
  readonly #mostBytes: number;
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** False when there would be more than allowed; the piece is not kept then. */
  add(piece: Buffer): boolean {
    const length = this.#length + piece.length;
    if (length > this.#mostBytes) return false;
    if (length > this.#buffer.length) this.#grow(length);
    piece.copy(this.#buffer, this.#length);
    this.#length = length;
    return true;
  }

  /** As UTF-8; what is none becomes U+FFFD. */
  text(): string {
    return this.#buffer.toString("utf8", 0, this.#length);
  }

  #grow(length: number): void {
    const wanted = Math.max(length, 2 * this.#buffer.length, FIRST_BYTES);
    const grown = Buffer.allocUnsafe(Math.min(wanted, this.#mostBytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
