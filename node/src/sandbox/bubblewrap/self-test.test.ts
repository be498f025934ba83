import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusedBy } from "../refused-by.ts";
import { SandboxUnavailable, type UnavailableReason } from "../sandbox-unavailable.ts";
import { openBubblewrapSandbox } from "./bubblewrap-sandbox.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "deed-bwrap-"));
  await chmod(folder, 0o755);
  await writeFile(join(folder, "child.cjs"), "");
});
afterAll(() => rm(folder, { recursive: true }));

/** Why it cannot be opened with a program in bubblewrap's place. */
async function unavailable(
  script: string | null,
  bundle = "child.cjs",
): Promise<SandboxUnavailable> {
  const bwrap = join(folder, "bwrap");
  await rm(bwrap, { force: true });
  if (script !== null) await writeFile(bwrap, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const opened = openBubblewrapSandbox({ path: folder, bundlePath: join(folder, bundle) });
  const error = await opened.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof SandboxUnavailable) return error;
  throw new Error("it was opened");
}

test("without bubblewrap the package is named", async () => {
  const { reason, remedy } = await unavailable(null);
  expect(reason).toEqual({ code: "TOOL_MISSING", tool: "bwrap", debianPackage: "bubblewrap" });
  expect(remedy).toBe("sudo apt-get install bubblewrap");
});

test("without the code of the child in one file the build is named", async () => {
  const { reason, remedy } = await unavailable("exit 0", "nothing.cjs");
  expect({ reason, remedy }).toEqual({ reason: { code: "NOT_BUNDLED" }, remedy: "npm run build" });
});

test("where namespaces are refused, its own words are given", async () => {
  const words = "bwrap: setting up uid map: Permission denied";
  const { reason } = await unavailable(`echo "${words}" >&2; exit 1`);
  expect(reason).toMatchObject({ code: "NAMESPACES_REFUSED", detail: words });
});

test("a program that makes no container is not believed", async () => {
  const seen = '{"pid":7,"uid":0,"env":[],"root":["etc"],"write":"EACCES"}';
  const { reason } = await unavailable(`printf '%s' '${seen}' >&3; exit 159`);
  expect(reason).toEqual({ code: "SELF_TEST_FAILED", detail: `inside it is ${seen}` });
});

test("who forbids namespaces is found by the system's switches", () => {
  const by = (settings: { readonly [name: string]: string }) =>
    refusedBy((name) => settings[name] ?? null);
  expect(by({ "kernel/apparmor_restrict_unprivileged_userns": "1" })).toBe("apparmor");
  expect(by({ "user/max_user_namespaces": "0" })).toBe("sysctl");
  expect(by({ "kernel/unprivileged_userns_clone": "0" })).toBe("sysctl");
  expect(by({ "user/max_user_namespaces": "15000" })).toBe("kernel");
});

test.each<[UnavailableReason, string]>([
  [{ code: "SYSTEM_UNSUPPORTED", system: "darwin arm64" }, "Linux on x86-64 or arm64"],
  [
    { code: "NAMESPACES_REFUSED", by: "apparmor", detail: "" },
    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
  ],
  [{ code: "NAMESPACES_REFUSED", by: "sysctl", detail: "" }, "user.max_user_namespaces=15000"],
])("%o comes with what mends it", (reason, remedy) => {
  expect(new SandboxUnavailable(reason).remedy).toContain(remedy);
});
