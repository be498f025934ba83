import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../deed.testing.ts";
import { checkSandbox, sandboxFinding } from "./check-sandbox.ts";

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
  expect(await checkSandbox({ PATH: folder.path }, child())).toMatchObject({
    result: "warn",
    detail: expect.stringMatching(/^process by process: .*bubblewrap not taken: bwrap is not/),
    remedy: "sudo apt-get install bubblewrap",
  });
});

test("with bubblewrap on the PATH the level is container", { timeout: SLOW }, async (context) => {
  if (!existsSync("/usr/bin/bwrap")) context.skip("bubblewrap is not installed here");
  expect(await checkSandbox({ PATH: "/usr/bin" }, child())).toMatchObject({
    result: "ok",
    detail: expect.stringMatching(/^container by /),
    remedy: null,
  });
});

test("a level that no adapter reaches is a failure", () => {
  const why = "this system lets no ordinary user make namespaces (bwrap: refused)";
  const remedy = "sudo sysctl -w user.max_user_namespaces=15000";
  const notTaken = [
    { adapter: "bubblewrap", why, remedy },
    { adapter: "process", why: "below container", remedy: null },
  ] as const;
  expect(sandboxFinding({ sandbox: null, notTaken })).toMatchObject({ result: "fail", remedy });
});
