import { defineConfig } from "vitest/config";
import { LongestFirst } from "./scripts/longest-first.ts";

// Workspaces resolve to their TypeScript sources, so tests never run against a stale build.
// Not "module": Node itself does not know it, and some packages keep there what only bundlers can read.
const names = ["source", "node", "development|production"];
const conditions = {
  resolve: { conditions: names },
  ssr: { resolve: { conditions: names } },
};
const tests = "{contracts,protocol,sdk,node,cli,devnet,bench,scripts}/**/*.test.ts";
const endToEnd = "**/*.e2e.test.ts";
const neverTests = ["**/node_modules/**", "**/dist/**", "**/out/**", "**/.deed/**"];

export default defineConfig({
  ...conditions,
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...conditions,
        test: {
          name: "unit",
          include: [tests],
          exclude: [...neverTests, endToEnd],
          testTimeout: 15_000,
          // By default one processor is left for whoever waits for a watching Vitest: half of a small machine.
          maxWorkers: "100%",
        },
      },
      {
        ...conditions,
        test: {
          name: "e2e",
          include: [`devnet/${endToEnd}`, `cli/${endToEnd}`, `bench/${endToEnd}`],
          exclude: neverTests,
          globalSetup: "./devnet/src/e2e/build.testing.ts",
          // Networks wait more than they compute: two files keep two processors busy.
          maxWorkers: 2,
          // After the others: no network of nodes beside them.
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
