import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { openScriptEngine, type ScriptEngine } from "@deed/protocol/runtime";
import { ThreadedScripts } from "./threaded-scripts.ts";

/** A script of a file that somebody sent may go on for ever. */
const LONGEST_MS = 60_000;

/** What runs and checks scripts here: opened for the first one, because most files have none. */
export function lazyScripts(): () => ScriptEngine {
  let opened: ScriptEngine | null = null;
  const started = (): ScriptEngine => {
    opened ??= open();
    return opened;
  };
  const engine: ScriptEngine = {
    run: (source, input) => started().run(source, input),
    check: (source) => started().check(source),
  };
  return () => engine;
}

function open(): ScriptEngine {
  const module = readFileSync(createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm"));
  const here = openScriptEngine(module);
  // Threads do not run sources: there, nobody else's files are verified.
  if (import.meta.url.endsWith(".ts")) return here;
  const threadPath = fileURLToPath(new URL("./thread/main.js", import.meta.url));
  const threaded = new ThreadedScripts({ module, threadPath, longestMs: LONGEST_MS });
  // Looking at a script does not run it.
  return {
    run: (source, input) => threaded.run(source, input),
    check: (source) => here.check(source),
  };
}
