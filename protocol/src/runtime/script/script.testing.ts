import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { openScriptEngine, type ScriptEngine, type ScriptEngineOptions } from "./script-engine.ts";

/** The bytes of the module that runs scripts. */
export function scriptModule(): Uint8Array {
  return readFileSync(createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm"));
}

export function testScripts(options: ScriptEngineOptions = {}): ScriptEngine {
  return openScriptEngine(scriptModule(), options);
}
