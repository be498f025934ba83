import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Trigger } from "../../plan/plan.ts";
import { compileWorkflow, convertWorkflow } from "../compile.ts";
import { registrationObstacles } from "../registration.ts";
import { compileKwala, kwalaOptions } from "./kwala.testing.ts";

const folder = new URL("../../../../docs/examples/kwala/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");

describe.each(files)("the example %s", (file) => {
  test("compiles, and can be registered", () => {
    const { plan } = compileKwala(read(file));
    expect(registrationObstacles(plan, { ledgerChainId: 31337 })).toEqual([]);
  });

  test("means the same in the native dialect", () => {
    const converted = convertWorkflow(new TextEncoder().encode(read(file)), kwalaOptions);
    if (!converted.ok) throw new Error("not converted");
    const native = compileWorkflow(converted.yaml, kwalaOptions);
    if (!native.ok) throw new Error(JSON.stringify(native.diagnostics));
    const { plan, permissions } = compileKwala(read(file));
    expect(native.plan).toEqual({ ...plan, dialect: "deed.v1" });
    expect(native.permissions).toEqual(permissions);
  });
});

test("a native file is its own conversion", () => {
  const event = convertWorkflow(new TextEncoder().encode(read("event.yaml")), kwalaOptions);
  if (!event.ok) throw new Error("not converted");
  const again = convertWorkflow(new TextEncoder().encode(event.yaml), kwalaOptions);
  expect(again).toMatchObject({ ok: true, dialect: "deed.v1", yaml: event.yaml });
});

const start = (startSec: number, periodSec: number) => ({
  kind: "start",
  startSec,
  periodSec,
  catchUp: 1,
});
const height = { kind: "height", chainId: 31337, height: 500 };
const MIDNIGHT = 1_798_761_600;

test.each<[string, object]>([
  ["event.yaml", { kind: "event" }],
  ["now-once.yaml", start(0, 0)],
  ["now-then-minutes.yaml", start(0, 300)],
  ["at-a-time.yaml", start(1_830_297_600, 0)],
  ["time-then-days.yaml", start(MIDNIGHT, 86_400)],
  ["block-once.yaml", { kind: "block", height: 500, every: 0, catchUp: 1 }],
  [
    "now-then-cron.yaml",
    {
      kind: "composite",
      first: { kind: "start", startSec: 0 },
      repeat: { kind: "cron", expression: "0 */6 * * *" },
    },
  ],
  [
    "block-then-minutes.yaml",
    { kind: "composite", first: height, repeat: { kind: "interval", periodSec: 60 } },
  ],
  [
    "block-then-event.yaml",
    { kind: "composite", first: height, repeat: { kind: "event", chainId: 31337 } },
  ],
  [
    "event-then-hours.yaml",
    {
      kind: "composite",
      first: { kind: "event", signature: "Deposited(address,uint256)" },
      repeat: { kind: "interval", periodSec: 3600 },
    },
  ],
  [
    "two-events.yaml",
    {
      kind: "composite",
      first: {
        signature: "Deposited(address,uint256)",
        parameters: [{ name: "arg0" }, { name: "arg1" }],
      },
      repeat: {
        signature: "Withdrawn(address,uint256)",
        parameters: [{ name: "arg0" }, { name: "arg1" }],
      },
    },
  ],
])("%s is fired as it says", (file, trigger) => {
  expect(compileKwala(read(file)).plan.trigger satisfies Trigger).toMatchObject(trigger);
});
