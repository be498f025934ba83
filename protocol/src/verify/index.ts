export { type CheckedBundle, checkBundle, type Recorded, verifyExecution } from "./check-bundle.ts";
export { type Divergence, type Replayed, replay } from "./replay.ts";
