import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeCall, parseDeployment } from "@deed/sdk";
import { afterAll, expect, test } from "vitest";
import { CliError } from "./cli-error.ts";
import { temporaryFolder } from "./deed.testing.ts";
import { type Application, vettingHashOf } from "./operator/application.ts";
import { callsOfFile } from "./proposed-calls.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const place = (label: number) => `0x${label.toString(16).padStart(40, "0")}` as const;
const names =
  "registry intents beacon executions disputes gateway vault timelock governance directory";
const addresses = names.split(" ").map((name, index) => [name, place(index + 1)]);
const deployment = parseDeployment({
  ...{ chainId: 31337, fromBlock: 1 },
  ...Object.fromEntries(addresses),
});
const vetting = [{ name: "papers.pdf", keccak256: `0x${"ab".repeat(32)}` }] as const;
const application: Application = {
  application: "deed.application.1",
  chainId: 31337,
  registry: deployment.registry,
  operator: {
    ...{ cold: place(50), payout: place(51), vettingHash: vettingHashOf(vetting) },
    ...{ name: "Eighth", region: "eu", provider: "own", metadataUri: "" },
  },
  vetting,
  node: {
    ...{ roles: ["verifier"], endpoint: "https://x:1", dutyKey: place(60), actionKey: place(61) },
    ...{ caHash: `0x${"cd".repeat(32)}`, keyTier: "softwareFile", evidenceHash: null },
    keys: [{ key: "duty", tier: "softwareFile", because: ["it lies in a file"] }],
  },
};

function read(json: unknown) {
  const path = join(folder.path, "file.json");
  writeFileSync(path, JSON.stringify(json));
  return callsOfFile(deployment, path);
}

function codeOf(json: unknown): string {
  try {
    read(json);
  } catch (error) {
    if (error instanceof CliError) return error.failure.code;
  }
  return "taken";
}

test("an application becomes the call that admits, with what the council should see beside it", () => {
  const { calls, lines } = read(application);
  expect(calls.map((call) => describeCall(deployment, call).text)).toEqual([
    `registry.admit(cold: ${place(50)}, payout: ${place(51)}, vettingHash: ${vettingHashOf(vetting)}, name: "Eighth", region: "eu", provider: "own", metadataUri: "")`,
  ]);
  const said = lines.join("\n");
  for (const part of ["verifier at https://x:1", place(60), "it lies in a file", "papers.pdf"]) {
    expect(said).toContain(part);
  }
});

test("a list of calls keeps its order; numbers, texts and lists are taken", () => {
  const { calls } = read({
    calls: [
      { call: "registry.setMinimumKeyTier", args: [1, "3"] },
      { call: "governance.changeGuardians", args: [[], [place(70)], 2] },
    ],
  });
  expect(calls.map((call) => describeCall(deployment, call).text)).toEqual([
    "registry.setMinimumKeyTier(role: 1, tier: 3)",
    `governance.changeGuardians(removed: [], added: [${place(70)}], threshold: 2)`,
  ]);
});

test.each<[string, unknown, string]>([
  ["of another chain", { ...application, chainId: 1 }, "CLI_OTHER_NETWORK"],
  ["of another registry", { ...application, registry: place(99) }, "CLI_OTHER_NETWORK"],
  [
    "whose documents are others than its hash says",
    { ...application, vetting: [{ ...vetting[0], name: "other.pdf" }] },
    "CLI_FILE_MALFORMED",
  ],
  ["without an operator", { application: "deed.application.1" }, "CLI_FILE_MALFORMED"],
])("an application %s is refused", (_what, json, code) => {
  expect(codeOf(json)).toBe(code);
});

test.each<[string, unknown, string]>([
  ["no calls", { calls: [] }, "CLI_FILE_MALFORMED"],
  ["no function", { calls: [{ args: [] }] }, "CLI_FILE_MALFORMED"],
  ["an unknown function", { calls: [{ call: "registry.nothing" }] }, "CLI_USAGE"],
  ["missing arguments", { calls: [{ call: "registry.setMinimumKeyTier" }] }, "CLI_USAGE"],
])("a list with %s is refused", (_what, json, code) => {
  expect(codeOf(json)).toBe(code);
});
