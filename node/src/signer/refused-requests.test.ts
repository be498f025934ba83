import { readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  aBatch,
  createSignerBench,
  failureFrom,
  hash,
  PASSPHRASE,
  type SignerBench,
} from "./signer.testing.ts";
import type { SignerClient } from "./signer-client.ts";

let bench: SignerBench;
let client: SignerClient;

beforeAll(async () => {
  bench = await createSignerBench();
  await bench.spawn();
  client = bench.client();
}, 30_000);
afterAll(() => bench.close());

describe("what it does not sign", () => {
  async function raw(lines: readonly object[]): Promise<unknown[]> {
    const socket = connect(bench.config.socketPath);
    const answers: { readonly id: number }[] = [];
    socket.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    for await (const line of createInterface({ input: socket })) {
      answers.push(JSON.parse(line) as { readonly id: number });
      if (answers.length === lines.length) break;
    }
    socket.destroy();
    // Answers come as they are ready.
    return answers.sort((one, other) => one.id - other.id);
  }

  function hello(): object {
    const token = readFileSync(bench.config.tokenPath, "utf8").trim();
    return { id: 0, method: "hello", params: { version: 1, token } };
  }

  test("a digest, another structure, another method", async () => {
    const digest = { digest: hash(1) };
    const answers = await raw([
      hello(),
      { id: 1, method: "sign", params: digest },
      { id: 2, method: "personal_sign", params: digest },
      { id: 3, method: "__proto__", params: {} },
      { id: 4, method: "constructor", params: {} },
      { id: 5, method: "commitment", params: digest },
    ]);
    expect(answers.slice(1, 5)).toEqual(
      ["sign", "personal_sign", "__proto__", "constructor"].map((method, index) => ({
        id: index + 1,
        error: { code: "E_TYPE", method },
      })),
    );
    expect(answers[5]).toEqual({ id: 5, error: { code: "E_BAD_REQUEST", field: "batchNo" } });
  });

  test("anything without the token", async () => {
    const unauthorised = { code: "E_UNAUTHORISED" };
    expect(await raw([{ id: 1, method: "status" }])).toEqual([{ id: 1, error: unauthorised }]);
    const wrong = { version: 1, token: "0".repeat(64) };
    expect(await raw([{ id: 0, method: "hello", params: wrong }])).toEqual([
      { id: 0, error: unauthorised },
    ]);
    const stranger = bench.client({ token: "guessed" });
    expect(await failureFrom(stranger.status())).toEqual(unauthorised);
  });

  test("values out of range", async () => {
    const commitment = { batchNo: 40, draw: 0, commitment: hash(1) };
    const attempts = [
      client.commitment({ ...commitment, batchNo: -1 }),
      client.commitment({ ...commitment, draw: 256 }),
      client.commitment({ ...commitment, commitment: "0x12" }),
      client.recordBatch({ ...aBatch(40), items: [] }),
      client.recordBatch({ ...aBatch(40), records: "0x" }),
      client.recordBatch({ ...aBatch(40), posted: 1n << 2n }),
    ];
    const failures = await Promise.all(attempts.map(failureFrom));
    expect(failures.map(({ code }) => code)).toEqual(attempts.map(() => "E_BAD_REQUEST"));
    const verdict = {
      batchNo: 40,
      draw: 0,
      recordBlockHash: hash(1),
      commitmentsHash: hash(2),
      fault: 1n,
      unable: 1n,
      reportHash: hash(3),
    };
    expect((await failureFrom(client.verdict(verdict))).code).toBe("E_POLICY");
    const foreign = client.tlsCaBinding({ operatorNo: 6, endpoint: "https://a" });
    expect((await failureFrom(foreign)).code).toBe("E_POLICY");
  });

  test("socket and directory are closed to others, and nothing secret is in the logs", () => {
    expect(statSync(bench.config.socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(bench.config.socketPath)).mode & 0o777).toBe(0o700);
    expect(statSync(bench.config.auditLogPath).mode & 0o777).toBe(0o600);
    expect(statSync(bench.config.tokenPath).mode & 0o777).toBe(0o600);
    const token = readFileSync(bench.config.tokenPath, "utf8").trim();
    for (const secret of [PASSPHRASE, token]) {
      expect(bench.logged()).not.toContain(secret);
      expect(readFileSync(bench.config.auditLogPath, "utf8")).not.toContain(secret);
    }
  });
});
