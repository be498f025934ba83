import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";
import { createLogger } from "./pino.ts";
import { redact } from "./redact.ts";

test("secrets are replaced at any depth, by the name of their field", () => {
  const fields = {
    nodeNo: 3,
    passphrase: "p",
    config: { rpc: { authorization: "Bearer x" }, privateKey: "0x1", keep: 1n },
    bytes: new Uint8Array(4),
  };
  expect(redact(fields)).toEqual({
    nodeNo: 3,
    passphrase: "[redacted]",
    config: { rpc: { authorization: "[redacted]" }, privateKey: "[redacted]", keep: "1" },
    bytes: "[4 bytes]",
  });
});

test("an error keeps its code and its data", () => {
  const error = Object.assign(new Error("STEP"), { failure: { code: "STEP", token: "t" } });
  expect(redact({ error })["error"]).toMatchObject({
    message: "STEP",
    failure: { code: "STEP", token: "[redacted]" },
  });
});

test("a log line is JSON with its level, time, fields and constant message", () => {
  const directory = mkdtempSync(join(tmpdir(), "deed-"));
  const path = join(directory, "node.log");
  const logger = createLogger({
    level: "info",
    destination: { kind: "file", path },
    fields: { nodeNo: 7 },
  });
  logger.debug("Not written");
  logger.child({ role: "watch" }).info("Block seen", { block: 5, token: "t" });
  logger.close();
  const lines = readFileSync(path, "utf8").trim().split("\n");
  rmSync(directory, { recursive: true });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: "info",
    nodeNo: 7,
    role: "watch",
    block: 5,
    token: "[redacted]",
    msg: "Block seen",
  });
});

test("asking twice for a metric gives one series", async () => {
  const metrics = createMetrics({ labels: { node: "7" }, ofProcess: false });
  metrics.counter("deed_test_total", "A test").inc();
  metrics.counter("deed_test_total", "A test").inc();
  expect(await metrics.text()).toContain('deed_test_total{node="7"} 2');
});
