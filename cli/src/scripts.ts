import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { openScriptEngine, type ScriptEngine } from "@deed/protocol/runtime";

/** A script of a file that somebody sent may go on for ever. */
const LONGEST_MS = 60_000;

/** What runs and checks scripts here: opened for the first one, because most files have none. */
export function lazyScripts(nowMs: () => number): () => ScriptEngine {
  let opened: ScriptEngine | null = null;
  let startedMs = 0;
  const open = (): ScriptEngine => {
    const path = createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm");
    return openScriptEngine(readFileSync(path), { isOver: () => nowMs() - startedMs > LONGEST_MS });
  };
  const started = (): ScriptEngine => {
    opened ??= open();
    startedMs = nowMs();
    return opened;
  };
  const engine: ScriptEngine = {
    run: (source, input) => started().run(source, input),
    check: (source) => started().check(source),
  };
  return () => engine;
}
