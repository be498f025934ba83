import { expect, test } from "vitest";
import { isMapped, renderSignerUsers, signerUsers } from "./signer-users.ts";

test("root gives each signer a user of its own, and other ones in another network", () => {
  const one = signerUsers("/networks/one", 0);
  const other = signerUsers("/networks/other", 0);
  expect(signerUsers("/networks/one", 0)).toEqual(one);
  expect(other).not.toEqual(one);
  if (one.kind === "own") {
    const { firstUid } = one;
    const said = renderSignerUsers(one, 7);
    expect(said).toContain(`${firstUid + 1} to ${firstUid + 7}`);
    // What it does not do is said as well.
    expect(said).toContain("nodes run as root");
  }
});

test("without root it says that who takes over a node reads its keys", () => {
  const users = signerUsers("/networks/one", 1000);
  expect(users).toEqual({ kind: "shared", because: expect.stringContaining("only root") });
  expect(renderSignerUsers(users, 7)).toContain("who can read their keys");
});

test.each<[string | null, number, boolean]>([
  [null, 1_900_000_000, true],
  ["         0          0 4294967295\n", 1_900_000_000, true],
  ["         0     100000      65536\n", 1_900_000_000, false],
  ["         0     100000      65536\n", 30_000, true],
  ["         0       1000          1\n", 30_000, false],
  ["0 1000 1\n1 100000 65536\n", 30_000, true],
  ["0 100000 30255\n", 30_000, false],
])("in a container with the numbers %j a block from %i on is there: %s", (map, first, expected) => {
  expect(isMapped(map, first)).toBe(expected);
});
