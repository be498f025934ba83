import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { deedHere } from "../deed.testing.ts";

const folder = mkdtempSync(join(tmpdir(), "deed-completion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash offers behind these words, the last of which is being typed. */
function offered(script: string, ...words: string[]): readonly string[] {
  const file = join(folder, "deed.bash");
  writeFileSync(file, script);
  const typed = ["deed", ...words].map((word) => `'${word}'`).join(" ");
  const asked = `source ${file}; COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _deed; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync("bash", ["--norc", "-c", asked], { cwd: folder, encoding: "utf8" });
  return text.split("\n").filter((line) => line !== "");
}

test("bash offers commands, their options, their sub-commands and files", async () => {
  const { stdout, exitCode } = await deedHere(["completion", "bash"]);
  expect(exitCode).toBe(0);
  expect(offered(stdout, "exp")).toEqual(["export"]);
  expect(offered(stdout, "keystore", "n")).toContain("new");
  expect(offered(stdout, "verify", "--block")).toEqual(["--block-hash"]);
  expect(offered(stdout, "node", "--config", "deed")).toEqual(["deed.bash"]);
  expect(offered(stdout, "verify", "deed")).toEqual(["deed.bash"]);
});

test("every command is in every shell's script", async () => {
  const help = (await deedHere(["--help"])).stdout;
  const commands = [...help.matchAll(/^ {2}([a-z]+)(?= )/gm)].map(([, name]) => name);
  expect(commands.length).toBeGreaterThan(15);
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await deedHere(["completion", shell]);
    for (const name of commands) expect(stdout).toMatch(new RegExp(`\\b${name}\\b`));
  }
});

test("an unknown shell is a mistake of usage", async () => {
  const { exitCode, stderr } = await deedHere(["completion", "tcsh"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("Allowed choices are bash, zsh, fish");
});
