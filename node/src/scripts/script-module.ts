import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Where the WebAssembly module lies that runs scripts. */
const MODULE = "quickjs-wasi/quickjs.wasm";

export function scriptModulePath(): string {
  return createRequire(import.meta.url).resolve(MODULE);
}

/** Its bytes, read each time: scripts are the exception, and a node at rest keeps nothing of them. */
export function readScriptModule(): Uint8Array {
  return readFileSync(scriptModulePath());
}
