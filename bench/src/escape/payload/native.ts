import { type Grab, Nothing } from "./order.ts";

/** A word of a system call: a number, text or bytes to point at, or what an earlier call gave. */
export type Word = number | { readonly base64: string } | { readonly resultOf: number };

/** Calls one after the other; the last one's result is what the attack gains. */
export interface NativeOrder {
  readonly calls: readonly (readonly [number: number, ...words: readonly Word[]])[];
}

export const NATIVE: { readonly [name: string]: Grab } = {
  native: ({ calls }: NativeOrder, { syscall }) => {
    if (syscall === null) throw new Nothing("no native code");
    const results: number[] = [];
    for (const [number, ...words] of calls) {
      const result = syscall(number, ...words.map((word) => wordOf(word, results)));
      if (result < 0) throw new Nothing(`error ${-result}`);
      results.push(result);
    }
    return results.at(-1);
  },
};

function wordOf(word: Word, results: readonly number[]): number | Uint8Array {
  if (typeof word === "number") return word;
  if ("resultOf" in word) return results[word.resultOf] ?? -1;
  return new Uint8Array(Buffer.from(word.base64, "base64"));
}
