import { expect, test } from "vitest";
import { ROWS } from "./rows.ts";
import { runRows } from "./run-rows.ts";

// That rows run and end; how fast is nobody's business here.
test("rows of parts give figures and leave nothing behind", async () => {
  const rows = ROWS.filter(({ name }) => ["chain", "signer"].includes(name));
  const { signal } = new AbortController();
  const lines = await runRows(rows, { seconds: 1 }, { signal, onLine: () => {}, say: () => {} });
  expect(lines.map(({ row }) => row).sort()).toEqual([
    ...Array(4).fill("chain"),
    ...Array(4).fill("signer"),
  ]);
  for (const line of lines) {
    if (!("what" in line)) throw new Error(JSON.stringify(line));
    // A machine without a token has no figure of one, and says what to install.
    const isWithoutToken = line.detail?.["missing"] === "apt-get install softhsm2";
    if (isWithoutToken) expect(line.what).toMatch(/^SoftHSM: /);
    expect(line).toMatchObject({ value: isWithoutToken ? null : expect.any(Number) });
  }
});
