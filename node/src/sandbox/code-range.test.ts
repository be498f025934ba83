import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { codeBytes } from "./code-range.ts";
import { findTool } from "./launcher.ts";
import { dataBytes } from "./limit-args.ts";

const line = (range: string, rest: string): string => `${range} ${rest} \n`;

test("half a gigabyte that is written and executed is room for code; files, stacks and pages are not", () => {
  const maps = [
    line("7f6d93800000-7f6db3580000", "rwxp 00000000 00:00 0"),
    line("7f6db3795000-7f6db37c0000", "rwxp 00000000 00:00 0"),
    line("7f6000000000-7f6020000000", "rw-p 00000000 00:00 0"),
    line("7f5000000000-7f5020000000", "rwxp 00000000 08:01 77 /lib/some.so"),
  ];
  expect(codeBytes(maps.join(""))).toBe(0x1fd8_0000);
  expect(codeBytes(maps.slice(1).join(""))).toBe(0);
});

test.skipIf(process.platform !== "linux")(
  "this Node starts within the limit of a small run",
  () => {
    const args = [`--data=${dataBytes(16)}`, "--", process.execPath, "-p", "6 * 7"];
    expect(execFileSync(findTool("prlimit") ?? "", args, { encoding: "utf8" }).trim()).toBe("42");
  },
);
