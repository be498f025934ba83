import { parentPort, workerData } from "node:worker_threads";
import { nobleHasher } from "@deed/protocol/encoding";
import { openScriptEngine } from "@deed/protocol/runtime";
import { verifyExecution } from "@deed/protocol/verify";
import type { ReplayAnswer, ReplayJob } from "../replay-messages.ts";

// Recomputes recorded runs with scripts: a thread of its own can be ended, whatever the script does.
const scripts = openScriptEngine(workerData as Uint8Array);

parentPort?.on("message", ({ plan, occurrence, text, recorded }: ReplayJob) => {
  const say = (answer: ReplayAnswer): void => parentPort?.postMessage(answer);
  try {
    const replayed = verifyExecution(plan, occurrence, text, recorded, nobleHasher, scripts);
    say({ kind: "replayed", replayed });
  } catch (error) {
    say({ kind: "failed", detail: String(error) });
  }
});
