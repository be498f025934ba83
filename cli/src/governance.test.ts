import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GovernanceProposal, ProposalState } from "@deed/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deedHere, temporaryFolder } from "./deed.testing.ts";
import { nextActOf } from "./governance-steps.ts";
import { governanceText, proposalText } from "./governance-text.ts";

const folder = temporaryFolder();
const place = (label: number) => `0x${label.toString(16).padStart(40, "0")}` as const;
const file = join(folder.path, "deployment.json");
const names =
  "registry intents beacon executions disputes gateway vault timelock governance directory";
const addresses = names.split(" ").map((name, index) => [name, place(index + 1)]);

beforeAll(() => {
  const deployment = { chainId: 31337, fromBlock: 1, ...Object.fromEntries(addresses) };
  writeFileSync(file, JSON.stringify(deployment));
});
afterAll(() => folder.remove());

const dry = async (...args: readonly string[]) => {
  const line = ["gov", ...args, "--dry-run", "--json", "--deployment", file];
  const { exitCode, stdout } = await deedHere(line);
  return { exitCode, said: JSON.parse(stdout) };
};

test("a dry run says what would be proposed, and sends nothing", async () => {
  const reason = ["--reason", "keys were stolen"];
  const { exitCode, said } = await dry(
    "propose",
    "registry.setMinimumKeyTier",
    "1",
    "3",
    ...reason,
  );
  expect(exitCode).toBe(0);
  expect(said).toMatchObject({
    lines: ["propose: registry.setMinimumKeyTier(role: 1, tier: 3)", "because: keys were stolen"],
    to: place(9),
    txHash: null,
  });
});

test("a dry run says what guardians would restrict", async () => {
  const rest = ["--seconds", "60", "--reason", "an attack"];
  expect((await dry("restrict", "pause", ...rest)).said.lines[0]).toBe(
    "restrict: pause all claims for 60 s",
  );
  expect((await dry("restrict", "suspend", "3", ...rest)).said.lines[0]).toBe(
    "restrict: suspend number 3 for 60 s",
  );
  expect((await dry("support", "2", "--reason", "indeed")).said.lines).toEqual([
    "support: act 2",
    "because: indeed",
  ]);
});

test.each<[string, readonly string[]]>([
  ["CALL_UNKNOWN", ["propose", "registry.nothing", "--reason", "x"]],
  ["CALL_ARGUMENTS", ["propose", "registry.setMinimumKeyTier", "1", "--reason", "x"]],
  ["no restriction", ["restrict", "forbid", "--seconds", "1", "--reason", "x"]],
  ["is no number", ["restrict", "pause", "--seconds", "long", "--reason", "x"]],
])("%s is a mistake of usage", async (message, args) => {
  const { exitCode, said } = await dry(...args);
  expect([exitCode, said.error.code]).toEqual([2, "CLI_USAGE"]);
  expect(said.error.message).toContain(message);
});

const proposal = (state: ProposalState, readyAtSec: number | null = null): GovernanceProposal => ({
  proposalNo: 4,
  state,
  proposer: place(20),
  reason: "because",
  calls: [],
  ...{ approving: 1, objecting: 0, needed: 3, expiresAtSec: 1_800_000_000, readyAtSec },
});

const votes = { approved: [place(20)], objected: [], silent: [place(21), place(22)] };

test.each<[GovernanceProposal, string]>([
  [
    proposal("open"),
    `2 more members have to approve, of ${place(21)} ${place(22)}, until 2027-01-15T08:00:00Z: deed gov approve 4`,
  ],
  [proposal("approved"), "anyone may hand it to the timelock"],
  [proposal("queued", 1_700_000_100), "it waits in the timelock until 2023-11-14T22:15:00Z"],
  [proposal("queued", 1_700_000_000), "anyone may execute it: deed gov execute 4"],
  [proposal("rejected"), "it is rejected"],
])("a proposal says what is missing, who must act and who has not voted", (given, expected) => {
  const next = nextActOf(given, votes, 1_700_000_000);
  const text = proposalText({ ...given, votes, next }, ["registry.f()"]);
  expect(text).toContain(`next:       ${expected}`);
  expect(text).toContain("does:       registry.f()");
  expect(text).toContain(`silent:     2: ${place(21)} ${place(22)}`);
});

test("the whole says what guardians restrict, how many more have to join, and a pause", () => {
  const group = { members: [place(20)], threshold: 1 };
  const act = {
    ...({ actNo: 2, kind: "suspend", subject: 3, durationSec: 60, applied: false } as const),
    ...({ expiresAtSec: 1_700_000_060, reason: "an attack", guardian: place(20) } as const),
    ...{ supporters: [place(20)], untilSec: null, missing: 1 },
  } as const;
  const all = {
    ...{ council: group, guardians: group, delaySec: 5, proposals: [], acts: [act] },
    pausedUntilSec: 1_700_000_100,
  };
  const text = governanceText(all, 1_700_000_000);
  expect(text).toContain("claims:     paused until 2023-11-14T22:15:00Z");
  expect(text).toContain("1 more guardian until 2023-11-14T22:14:20Z: deed gov support 2");
  const applied = { ...act, applied: true, untilSec: 1_700_000_100, missing: 0 };
  const later = governanceText({ ...all, acts: [applied] }, 1_700_000_000);
  expect(later).toContain("holds until 2023-11-14T22:15:00Z");
  expect(governanceText({ ...all, acts: [act] }, 1_700_000_060)).toContain("too few guardians");
});
