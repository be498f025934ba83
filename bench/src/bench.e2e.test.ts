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
    "signer",
    "signer",
  ]);
  for (const line of lines) expect(line).toMatchObject({ value: expect.any(Number) });
});
