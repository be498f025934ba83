import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestNetwork, type TestNetwork } from "./network.testing.ts";

let net: TestNetwork;

beforeAll(async () => {
  net = await startTestNetwork();
});

afterAll(() => net.close());

test("nodes that signed show their checkpoints to the others and keep their receipts", async () => {
  const url = `${net.samples.echo.url}/witness`;
  const steps = `  - id: send\n    http: { method: PUT, url: "${url}", body: { a: "b" } }`;
  const workflow = await net.manual("witness", { duration: "10s", steps });
  await net.final(await net.fire(workflow));
  const [seat] = net.events("Finalised")[0]!.seats;
  const receipts = await net.stored(seat!.nodeNo, (read) => {
    const found = read.witnessReceipts.select("1");
    return found.length >= 6 ? found : null;
  });
  expect(new Set(receipts.map(({ digest }) => digest)).size).toBe(1);
  const [{ witnessNo, digest }] = [receipts[0]!];
  const held = await net.stored(witnessNo, (read) => {
    const rows = read.witnessed.of(seat!.nodeNo);
    return rows.find((row) => row.digest === digest && row.receiptSignature !== null) ?? null;
  });
  expect(held.contradicts).toBe(false);
});
