import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type DeedNetwork, startDeedNetwork } from "./deed-network.testing.ts";

// Guardians pause a live network; nodes respect it, say so, and go on by themselves.

const PAUSE_SEC = 40;
const SLOW = { timeout: 120_000, interval: 500 };
const key = (file: string) => ["--keystore", file, "--passphrase-file", "pw"];
let net: DeedNetwork;

beforeAll(async () => {
  net = await startDeedNetwork();
  await net.ok(["keystore", "new", "me.json", "--cheap", "--passphrase-file", "pw"]);
  for (const no of [1, 2]) {
    const file = `guardian-${no}.json`;
    const made = ["keystore", "embedded", `guardians-${no}`, `${net.cwd}/${file}`, "--cheap"];
    await net.ok([...made, "--passphrase-file", "pw", "--dir", `${net.cwd}/.deed`]);
  }
});
afterAll(() => net?.close());

const guardian = (no: number) => [
  ...["--keystore", `${net.cwd}/guardian-${no}.json`, "--passphrase-file", "pw", "--yes"],
];

interface Health {
  readonly claimsBarred: { readonly by: string; readonly untilSec: number } | null;
}

async function health(): Promise<Health> {
  const state = JSON.parse(readFileSync(`${net.cwd}/.deed/network.json`, "utf8"));
  const answer = await fetch(`http://127.0.0.1:${state.nodes[0].apiPort}/healthz`);
  return (await answer.json()) as Health;
}

async function statusOf(executionId: string): Promise<string> {
  const said = (await net.ok(["show", executionId])) as unknown as { readonly state: string };
  return said.state;
}

test("while guardians pause claims, nodes claim nothing and say why; then work goes on", async () => {
  net.write(
    "paused.yaml",
    `deed: v1
name: paused
on: { manual: {} }
expires: 2100-01-01T00:00:00Z
limits: { executions: 100, duration: 10s }
steps:
  - id: send
    http: { method: PUT, url: "${net.echoUrl}/in" }
`,
  );
  const { intentHash } = await net.ok(["sign", "paused.yaml", ...key("me.json")]);
  await net.ok(["submit", "paused.signed.json"]);
  const why = ["--reason", "an attack is seen"];
  const pause = ["gov", "restrict", "pause", "--seconds", String(PAUSE_SEC), ...why];
  await net.ok([...pause, ...guardian(1)]);
  const proposed = (await net.ok(["gov", "status"])) as unknown as {
    readonly acts: readonly { readonly actNo: number; readonly missing: number }[];
  };
  expect(proposed.acts).toMatchObject([{ actNo: 1, kind: "pause", missing: 1, applied: false }]);
  expect((await health()).claimsBarred).toBeNull();

  await net.ok(["gov", "support", "1", ...why, ...guardian(2)]);
  await vi.waitFor(async () => {
    expect((await health()).claimsBarred).toMatchObject({ by: "pause" });
  }, SLOW);
  const { executionId } = await net.ok(["fire", intentHash, ...key("me.json")]);
  const reasons = (await net.ok(["why", executionId])) as unknown as {
    readonly reasons: readonly { readonly code: string }[];
  };
  expect(reasons.reasons[0]?.code).toBe("CLAIMS_PAUSED");
  expect(await statusOf(executionId)).toBe("due");
  const doctor = await net.here(["doctor", "--json"]);
  expect(doctor.stdout).toContain("claims are paused on the whole network until");

  const log = (await net.ok(["gov", "log"])) as unknown as {
    readonly events: readonly { readonly event: string; readonly args: { reason?: string } }[];
  };
  const names = log.events.map(({ event }) => event);
  const acts = ["RestrictionProposed", "RestrictionSupported", "ClaimsPausedUntil", "Restricted"];
  expect(names).toEqual(expect.arrayContaining(["OperatorAdmitted", "CouncilChanged", ...acts]));
  expect(log.events.find(({ event }) => event === "RestrictionProposed")?.args.reason).toBe(
    "an attack is seen",
  );

  await vi.waitFor(async () => expect(await statusOf(executionId)).toBe("final"), SLOW);
  expect((await health()).claimsBarred).toBeNull();
}, 180_000);
