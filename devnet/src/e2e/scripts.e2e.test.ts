import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type StubTargets, startStubTargets } from "../kwala/stub-targets.ts";
import { startTestNetwork, type TestNetwork } from "./network.testing.ts";

// Script steps in the network: an executor runs them in its sandbox, verifiers recompute them on threads of their own.

const example = readFileSync(
  join(import.meta.dirname, "../../../docs/examples/scripts/fair-split.yaml"),
  "utf8",
);
const ORIGIN = "https://books.example.com";

let net: TestNetwork;
let targets: StubTargets;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "deed-scripts-"));
  targets = await startStubTargets({ origins: [ORIGIN] });
  const targetCaFile = join(folder, "targets.pem");
  writeFileSync(targetCaFile, targets.pem);
  net = await startTestNetwork({ targets: targets.places, targetCaFile });
});

afterAll(async () => {
  await net?.close();
  await targets?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("scripts in the network", () => {
  test("a split of 256-bit amounts is run, recomputed and found right", async () => {
    const workflow = await net.samples.register(example, "fair-split.yaml");
    const input = {
      amount: (2n ** 200n).toString(),
      shares: [
        { to: "a", share: 1 },
        { to: "b", share: 2 },
      ],
    };
    const executionId = await net.fire(workflow, input);
    const story = await net.final(executionId);
    expect(story.status).toBe("ok");
    const sent = targets.requests.filter(({ path }) => path === "/splits");
    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([
      {
        parts: [
          { to: "a", wei: (2n ** 200n - 2n ** 201n / 3n).toString() },
          { to: "b", wei: (2n ** 201n / 3n).toString() },
        ],
      },
    ]);
    expect(net.events("DisputeOpened")).toEqual([]);
  });

  test("a script that throws fails its run, and verifiers agree", async () => {
    const workflow = await net.manual("script-throws", {
      duration: "10s",
      steps: '  - id: no\n    script: { source: "throw new Error(`no`)" }',
    });
    const story = await net.final(await net.fire(workflow));
    expect(story.status).toBe("failed");
  });

  test("one that goes on for ever leaves no record", async () => {
    const workflow = await net.manual("script-endless", {
      duration: "2s",
      steps: '  - id: spin\n    script: { source: "for (;;);" }',
    });
    const executionId: Hex = await net.fire(workflow);
    const { nodeNo } = await net.until(executionId, () => true);
    const row = await net.stored(nodeNo, (read) => {
      const found = read.executions.get({ executionId });
      return found?.reason === "WALL_CLOCK" ? found : null;
    });
    expect(row.record).toBeNull();
  });
});
