import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SignerAudit } from "@deed/node/audit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DeedNetwork, startDeedNetwork } from "./deed-network.testing.ts";

// One story on one embedded network, from a new key to an audited run.

const key = ["--keystore", "me.json", "--passphrase-file", "pw"];
let net: DeedNetwork;
const ok: DeedNetwork["ok"] = (args) => net.ok(args);
const here: DeedNetwork["here"] = (args) => net.here(args);

beforeAll(async () => {
  net = await startDeedNetwork();
});
afterAll(() => net?.close());

test("a new key, a workflow, a fire, an export, an audit", async () => {
  const workflow = `deed: v1
name: story
summary: Sends the input
on: { manual: {} }
expires: 2100-01-01T00:00:00Z
limits: { executions: 10, duration: 10s }
steps:
  - id: send
    http: { method: PUT, url: "${net.echoUrl}/in", body: { input: "\${input}" } }
`;
  net.write("flow.yaml", workflow);
  await ok(["keystore", "new", "me.json", "--cheap", "--passphrase-file", "pw"]);
  const { intentHash } = await ok(["sign", "flow.yaml", ...key]);
  expect(await ok(["submit", "flow.signed.json"])).toMatchObject({ intentHash, state: "accepted" });
  const fired = await ok(["fire", intentHash, "--input", '{"amount":5}', "--wait", ...key]);
  expect(fired).toMatchObject({ state: "final", status: "ok" });
  const { executionId } = fired;

  const shown = await ok(["show", executionId]);
  expect(shown).toMatchObject({ state: "final", proof: { isProven: true } });
  expect(await ok(["runs", intentHash])).toMatchObject({ executions: [{ executionId }] });

  const log = await here(["logs", executionId]);
  expect(log.stdout).toMatch(/ HTTP +send +ok +recorded\n/);
  expect((await here(["why", executionId])).stdout).toContain(
    "3 of 3 verdicts found the record right",
  );
  expect((await here(["why", intentHash])).stdout).toContain("LAST_RUN");
  expect(await ok(["doctor"])).toMatchObject({ result: "ok" });

  const exported = await ok(["export", executionId, "-o", "run.json"]);
  const { hash } = exported.anchor;
  const anchored = ["--block-hash", hash, "--deployment", ".deed/network.json"];
  const verified = await ok(["verify", "run.json", ...anchored]);
  expect(verified).toMatchObject({ result: "ok" });
  expect((await here(["verify", "run.json"])).exitCode).toBe(5);

  const run = readFileSync(join(net.cwd, "run.json"), "utf8");
  net.write("lie.json", run.replaceAll('{\\"amount\\":5}', '{\\"amount\\":6}'));
  const lie = await here(["verify", "lie.json", ...anchored, "--json"]);
  expect(lie.exitCode).toBe(4);
  expect(failures(lie.stdout)).toContain("bundle-hash");

  const { executions, ...rest } = JSON.parse(run) as { executions: readonly object[] };
  const bare = executions.map((execution) => ({ ...execution, bundle: undefined }));
  net.write("bare.json", JSON.stringify({ ...rest, executions: bare }));
  const open = await here(["verify", "bare.json", ...anchored]);
  expect(open.exitCode).toBe(5);
  expect(open.stdout).toContain("executions[0].bundle");

  await ok(["revoke", intentHash, ...key]);
  const refused = await here(["fire", intentHash, ...key]);
  expect(refused.exitCode).toBe(6);
  expect(refused.stderr).toContain("FIRE_INTENT_NOT_LIVE");
});

test("an interval's on-chain call is proven by the gateway's event", async () => {
  const { intents } = (await ok(["list"])) as unknown as {
    intents: readonly { name: string; intentHash: string }[];
  };
  const heartbeat = intents.find(({ name }) => name === "heartbeat")?.intentHash ?? "";
  let executionId: string | undefined;
  while (executionId === undefined) {
    const { executions } = (await ok(["runs", heartbeat])) as unknown as {
      executions: readonly { executionId: string; state: string }[];
    };
    executionId = executions.find(({ state }) => state === "final")?.executionId;
  }
  const exported = await ok(["export", executionId, "-o", "beat.json"]);
  const { hash } = exported.anchor;
  const verified = await ok(["verify", "beat.json", "--block-hash", hash]);
  const { checks } = verified;
  expect(checks.find(({ name }) => name === "actions")?.result).toBe("ok");
});

function failures(report: string): readonly string[] {
  const { checks } = JSON.parse(report) as { checks: readonly { name: string; result: string }[] };
  return checks.filter(({ result }) => result === "failed").map(({ name }) => name);
}

test("every node's log is reconciled with the ledger, and public data show nothing against it", async () => {
  const folders = readdirSync(join(net.cwd, ".deed"), { recursive: true, encoding: "utf8" });
  const logs = folders.filter((path) => path.endsWith("audit.log"));
  expect(logs.length).toBe(7);
  let published = 0;
  for (const path of logs) {
    const log = join(net.cwd, ".deed", path);
    const ran = await here(["signer", "audit", "--log", log, "--json"]);
    const report = JSON.parse(ran.stdout) as SignerAudit;
    expect({ ...ran, findings: report.findings }).toMatchObject({ exitCode: 0, findings: [] });
    if (report.kinds[0]?.published !== 0) expect(report.nonces.compared).toBeGreaterThan(0);
    for (const kind of report.kinds) published += kind.published;
    const alone = await here(["signer", "audit", String(report.nodeNo)]);
    expect([0, 5]).toContain(alone.exitCode);
    expect(alone.stdout).toContain("public data alone");
  }
  expect(published).toBeGreaterThan(3);

  // Another node's log, and a log whose tail was cut: what the ledger shows is not in them.
  const [one = "", other = ""] = logs.map((path) => join(net.cwd, ".deed", path));
  const swapped = await here(["signer", "audit", "1", "--log", one, "--json"]);
  const second = await here(["signer", "audit", "1", "--log", other, "--json"]);
  expect([swapped.exitCode, second.exitCode].sort()).toEqual([0, 4]);
  expect(swapped.stdout + second.stdout).toContain("AUDIT_OTHER_KEYS");
  const busy = logs.map((path) => readFileSync(join(net.cwd, ".deed", path), "utf8"));
  const longest = busy.reduce((a, b) => (a.includes('"RecordBatch"') ? a : b));
  const first = longest.slice(0, longest.indexOf("\n") + 1);
  net.write("cut.log", first);
  const cut = await here(["signer", "audit", "--log", join(net.cwd, "cut.log")]);
  expect(cut).toMatchObject({ exitCode: 4 });
  expect(cut.stdout).toContain("AUDIT_NOT_IN_LOG");
});
