/** Indexes of the set bits, ascending. */
export function setBits(bits: bigint): readonly number[] {
  const found: number[] = [];
  for (let index = 0; bits >> BigInt(index) > 0n; index += 1) {
    if (((bits >> BigInt(index)) & 1n) === 1n) found.push(index);
  }
  return found;
}
