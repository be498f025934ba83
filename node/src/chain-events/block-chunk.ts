/** How many blocks to ask for at once: fewer after the endpoint refused, more again after it answered. */
export class BlockChunk {
  readonly #most: number;
  #blocks: number;

  constructor(most: number) {
    this.#most = most;
    this.#blocks = most;
  }

  /** Reads [from, to] with `to` as far as it may be at once. A failure halves the next try and is thrown. */
  async read<T>(
    from: number,
    newest: number,
    read: (to: number) => Promise<T>,
  ): Promise<{ readonly to: number; readonly value: T }> {
    const to = Math.min(newest, from + this.#blocks - 1);
    try {
      const value = await read(to);
      this.#blocks = Math.min(this.#most, this.#blocks * 2);
      return { to, value };
    } catch (error) {
      this.#blocks = Math.max(1, Math.floor((to - from + 1) / 2));
      throw error;
    }
  }
}
