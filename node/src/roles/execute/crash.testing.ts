// A process that runs batch 7 of a store and is killed by its parent: `crash.testing ORIGIN STORE`.

import { crashPlan } from "./crash-plan.testing.ts";
import { holdBatch, testExecutor } from "./executor.testing.ts";

const [origin = "", storePath = ""] = process.argv.slice(2);
const { node, start } = testExecutor({ origin, storePath, processId: "killed" });
await holdBatch(node, crashPlan(origin), { isSubmitter: true });
start();
// Keeps the process alive until it is killed.
setInterval(() => undefined, 1_000);
