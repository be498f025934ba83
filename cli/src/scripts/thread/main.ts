import { workerData } from "node:worker_threads";
import { openScriptEngine, type ScriptEngine } from "@deed/protocol/runtime";
import type { ScriptAnswer, ScriptQuestion, ThreadStart } from "../threaded-scripts.ts";

// Runs scripts for a thread that waits: it is woken when the answer lies ready.
const { module, port, answered } = workerData as ThreadStart;
let engine: ScriptEngine | null = null;

port.on("message", ({ source, input }: ScriptQuestion) => {
  port.postMessage(answerTo(source, input));
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
});

function answerTo(source: string, input: string): ScriptAnswer {
  try {
    engine ??= openScriptEngine(module);
    return { kind: "outcome", outcome: engine.run(source, input) };
  } catch (error) {
    return { kind: "unavailable", detail: error instanceof Error ? error.message : "" };
  }
}
