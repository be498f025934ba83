import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../deed.testing.ts";
import { withBar, withSandbox } from "./check-network.ts";
import { checkSandbox, sandboxFindings } from "./check-sandbox.ts";

const SLOW = 60_000;
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** A child that says that it is ready, and waits. */
const CHILD = `
const fs = require("node:fs");
const text = JSON.stringify({ type: "ready" });
fs.writeSync(3, Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]));
fs.readSync(3, Buffer.alloc(1));
`;

function child(): { readonly bundlePath: string } {
  const bundlePath = join(folder.path, "child.cjs");
  writeFileSync(bundlePath, CHILD);
  chmodSync(folder.path, 0o755);
  return { bundlePath };
}

test("without bubblewrap on the PATH the level is process, and the package that raises it is named", {
  timeout: SLOW,
}, async () => {
  expect(await checkSandbox({ PATH: folder.path }, child())).toEqual([
    expect.objectContaining({
      result: "warn",
      detail: expect.stringMatching(/^process by process: .*bubblewrap not taken: bwrap is not/),
      remedy: "sudo apt-get install bubblewrap",
    }),
  ]);
});

test("with bubblewrap on the PATH the level is container", { timeout: SLOW }, async (context) => {
  // Where CI is set it must be there.
  const isMissing = !existsSync("/usr/bin/bwrap") && process.env["CI"] === undefined;
  if (isMissing) context.skip("bubblewrap is not installed here");
  const [found, groups] = await checkSandbox({ PATH: "/usr/bin" }, child());
  expect(groups?.name).toBe("control groups");
  expect(found).toMatchObject({
    result: "ok",
    detail: expect.stringMatching(/^container by /),
    remedy: null,
  });
});

test.each([
  ["no compiler", "the fork server is not compiled", "sudo apt-get install gcc libc6-dev"],
  ["AppArmor", "refused", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"],
])(
  "%s: the container of another adapter is fine, and the command for the better is told",
  (_, why, remedy) => {
    const sandbox = { adapter: "bubblewrap", level: "container", reason: "made by bubblewrap" };
    const notTaken = [{ adapter: "zygote", why, remedy }] as const;
    const [found] = sandboxFindings({ sandbox: sandbox as never, notTaken });
    expect(found).toMatchObject({
      result: "ok",
      detail: `container by bubblewrap: made by bubblewrap; zygote not taken: ${why} (${remedy})`,
    });
  },
);

test("a node whose sandbox fell, or has none, says so", () => {
  const now = { adapter: "bubblewrap", level: "container" };
  expect(withSandbox("node 1", { ...now, fallenFrom: null, why: null })).toMatchObject({
    result: "ok",
    detail: "node 1; runs have container by bubblewrap",
  });
  const fallen = { fallenFrom: "zygote", why: "no memory" };
  expect(withSandbox("node 1", { ...now, ...fallen })).toMatchObject({
    result: "warn",
    detail: "node 1; runs have container by bubblewrap, fallen from zygote: no memory",
  });
  const none = { adapter: null, level: null, ...fallen };
  expect(withSandbox("node 1", none)).toMatchObject({ result: "fail" });
});

test("a node whose claims the ledger refuses is told of with until when, and who may change it", () => {
  const well = { name: "node's API", result: "ok", detail: "node 1", remedy: null } as const;
  const barred = withBar(well, { by: "pause", untilSec: 1_000_000_000 });
  expect(barred.result).toBe("warn");
  expect(barred.detail).toBe(
    "node 1; claims are paused on the whole network until 2001-09-09T01:46:40Z",
  );
  expect(barred.remedy).toContain("deed gov status");
});

test("a level that no adapter reaches is a failure", () => {
  const why = "this system lets no ordinary user make namespaces (bwrap: refused)";
  const remedy = "sudo sysctl -w user.max_user_namespaces=15000";
  const notTaken = [
    { adapter: "bubblewrap", why, remedy },
    { adapter: "process", why: "below container", remedy: null },
  ] as const;
  expect(sandboxFindings({ sandbox: null, notTaken })).toEqual([
    expect.objectContaining({ result: "fail", remedy }),
  ]);
});

test("a container without control groups is warned of, with what delegates them", () => {
  const groupsOf = (groups: 1 | 2 | null) => {
    const sandbox = { adapter: "bubblewrap", level: "container", reason: "made", groups };
    return sandboxFindings({ sandbox: sandbox as never, notTaken: [] })[1];
  };
  expect(groupsOf(2)).toMatchObject({ result: "ok", detail: expect.stringMatching(/^version 2/) });
  expect(groupsOf(null)).toMatchObject({
    name: "control groups",
    result: "warn",
    remedy: expect.stringContaining("Delegate=yes"),
  });
});
