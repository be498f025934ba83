export type { Leaf, LeafKind } from "./leaf.ts";
export { type Attempt, LEAF_KINDS, leafHash, MAX_LEAVES, NO_STEP } from "./leaf-hash.ts";
export { leafPath, type Transcript, transcriptOf } from "./transcript.ts";
