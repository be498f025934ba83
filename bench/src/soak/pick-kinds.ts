import type { Kind } from "./kinds.ts";

/** Which run is of which kind: by chance, but each kind that there is room for comes. */
export function pickKinds(seed: number, runs: number, kinds: readonly Kind[]): readonly Kind[] {
  const random = randomOf(seed);
  // One entry for each run of a thousand.
  const lots = kinds.flatMap((kind) => new Array<Kind>(kind.perThousand).fill(kind));
  const picked = Array.from({ length: runs }, () => lots[Math.floor(random() * lots.length)]!);
  const missing = kinds.filter((kind) => !picked.includes(kind));
  missing.forEach((kind, index) => {
    const from = Math.floor(((index + 0.5) * runs) / missing.length);
    const places = [...picked.keys()].map((place) => (from + place) % runs);
    // In place of one that comes again.
    const place = places.find(
      (at) => picked.indexOf(picked[at]!) !== picked.lastIndexOf(picked[at]!),
    );
    if (place !== undefined) picked[place] = kind;
  });
  return picked;
}

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
