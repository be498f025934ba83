export { EXIT, type ExitCode } from "./exit-code.ts";
export { newKeystore } from "./keystore.ts";
export { type RunParts, run } from "./run.ts";
