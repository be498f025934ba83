import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";

// Seconds on a machine of its own; a busy one takes its time.
const LIMIT_MS = 240_000;
const NATIVE = new URL("../../../native/zygote/", import.meta.url);

interface Line {
  readonly adapter?: string;
  readonly ok?: boolean;
  readonly why?: string;
}

/** The command as it is, from sources, in a process of its own: this one's memory is the tests'. */
async function soakShort(
  args: readonly string[],
): Promise<{ readonly lines: readonly Line[]; readonly exitCode: number; readonly said: string }> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const child = spawn(
    process.execPath,
    [
      ...["--conditions=source", "--import", loader],
      ...[fileURLToPath(new URL("./main.ts", import.meta.url)), "--json", "--short", ...args],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = once(child, "close");
  const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const lines = out.split("\n").filter((line) => line !== "");
  const [exitCode] = (await ended) as [number];
  return { lines: lines.map((line) => JSON.parse(line) as Line), exitCode, said };
}

/** The fork server's native part as the sources have it; null where there is no compiler. */
async function compileAddon(folder: string): Promise<string | null> {
  const { compile } = (await import(new URL("build.js", NATIVE).href)) as {
    compile(from: string, to: string): string;
  };
  const path = join(folder, "zygote.node");
  try {
    compile(fileURLToPath(new URL("src", NATIVE)), path);
    return path;
  } catch {
    return null;
  }
}

const isLinux = process.platform === "linux";
const adapters = ["process", ...(existsSync("/usr/bin/bwrap") ? ["bubblewrap"] : [])];

test.skipIf(!isLinux).each([...adapters, "zygote"])(
  "a short soak of %s ends every run as it must, and nothing grows",
  { timeout: LIMIT_MS },
  async (adapter) => {
    const folder = mkdtempSync(join(tmpdir(), "deed-soak-test-"));
    try {
      const addon = adapter === "zygote" ? await compileAddon(folder) : null;
      const { lines, exitCode, said } = await soakShort([
        ...["--adapter", adapter],
        ...(addon === null ? [] : ["--addon", addon]),
      ]);
      const [own, all] = lines;
      const why = JSON.stringify(own);
      expect({ exitCode, why, said }).toEqual({ exitCode: 0, why, said });
      expect(own).toMatchObject({ adapter, failures: 0, grown: [], strays: 0, examples: [] });
      expect(all).toMatchObject({ failures: 0, grown: 0, notTried: [], ok: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test("an adapter that cannot be tried is no success", { timeout: LIMIT_MS }, async () => {
  const { lines, exitCode } = await soakShort(["--adapter", "zygote", "--addon", "/nowhere.node"]);
  expect(exitCode).toBe(5);
  expect(lines.at(-1)).toMatchObject({
    ...{ runs: 0, failures: 0, ok: false },
    notTried: [{ adapter: "zygote", why: expect.any(String), remedy: expect.any(String) }],
  });
});
