import { request } from "node:http";
import { type Hex, invalidateNonceDigest, revokeDigest } from "@deed/protocol/encoding";
import { createRpc, type IntentSubmission } from "@deed/sdk";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { API_ERROR_STATUS } from "./api/api-error.ts";
import {
  type ApiBed,
  OWNER,
  openApi,
  owner,
  refused,
  separator,
  signed,
  storeIntent,
} from "./api.testing.ts";
import { anExecution, hash } from "./store/store.testing.ts";

const stranger = privateKeyToAccount(`0x${"22".repeat(32)}`);

let bed: ApiBed;
let client: ApiBed["client"];

beforeEach(async () => {
  bed = await openApi();
  client = bed.client;
});

afterEach(() => bed.close());

/** Status and code of a call as HTTP has them; every answer says what to do. */
async function answered(
  path: string,
  {
    headers = {},
    ...init
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<[number, string]> {
  const { port } = new URL(bed.api.url);
  const { method = "GET", body } = init;
  const [status, text] = await new Promise<[number, string]>((resolve, reject) => {
    const all = { "content-type": "application/json", ...headers };
    const call = request({ port, path, method, headers: body === undefined ? headers : all });
    call.on("error", reject);
    call.on("response", async (response) => {
      const chunks = await response.toArray();
      resolve([response.statusCode ?? 0, Buffer.concat(chunks).toString()]);
    });
    call.end(body);
  });
  const { error } = JSON.parse(text) as { error: { code: string; remedy: string } };
  expect(error.remedy).not.toBe("");
  return [status, error.code];
}

function refusedWith(code: keyof typeof API_ERROR_STATUS): [number, string] {
  return [API_ERROR_STATUS[code], code];
}

async function submission(yaml?: string): Promise<IntentSubmission> {
  const { hash: _, ...body } = await signed(yaml);
  return body;
}

describe("what is no request", () => {
  test("is refused: another shape, no such call, too large a body", async () => {
    const extra = { ...(await submission()), more: 1 } as unknown as IntentSubmission;
    expect(await refused(client.submitIntent(extra))).toEqual({
      status: 400,
      reason: "API_INVALID_REQUEST",
    });
    const body = JSON.stringify({ yaml: "x".repeat(200_000) });
    expect(await answered("/v1/intents", { method: "POST", body })).toEqual(
      refusedWith("API_BODY_TOO_LARGE"),
    );
    expect(await answered("/v1/nothing")).toEqual(refusedWith("API_NOT_FOUND"));
  });

  test("under a name that somebody points at this machine is refused", async () => {
    const { port } = new URL(bed.api.url);
    const headers = { host: `evil.example:${port}` };
    expect(await answered("/v1/info", { headers })).toEqual(refusedWith("API_HOST_REFUSED"));
  });

  test("beyond a remote's share waits: first what costs gas, then all", async () => {
    const fire = { ordinal: 1, input: {}, firedAtSec: 1, validUntilSec: 2, signature: "0x11" };
    const call = { method: "POST", body: JSON.stringify(fire) };
    const path = `/v1/intents/${hash(1)}/fire`;
    // The clock stands still, so no turn comes back.
    const fired = await Promise.all(
      Array.from({ length: 200 }, () => fetch(`${bed.api.url}${path}`, { ...call, ...json })),
    );
    expect(new Set(fired.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await answered(path, call)).toEqual(refusedWith("API_RATE_LIMITED"));
    const looks = Array.from({ length: 199 }, () => fetch(`${bed.api.url}/healthz`));
    expect((await Promise.all(looks)).some(({ status }) => status === 429)).toBe(false);
    const last = await fetch(`${bed.api.url}/healthz`);
    expect([last.status, last.headers.get("retry-after")]).toEqual([429, "1"]);
  });
});

const json = { headers: { "content-type": "application/json" } };

describe("what the node cannot do is told by its reason", () => {
  test("a ledger that does not answer is not the caller's fault", async () => {
    bed.ledger.rpc = createRpc({ url: "http://127.0.0.1:1" }, { fetch });
    const body = await submission();
    const { hash: intentHash } = await signed();
    const signature = await stranger.sign({ hash: intentHash });
    expect(await refused(client.submitIntent({ ...body, signature }))).toEqual({
      status: 503,
      reason: "API_LEDGER_UNREACHABLE",
    });
  });

  test("a store that is gone is unforeseen, and nothing of it is told", async () => {
    bed.node.store.close();
    expect(await refused(client.intents())).toEqual({ status: 500, reason: "API_INTERNAL" });
  });

  test("a transaction that is in no block in time is told to be pending", async () => {
    const answer = refused(client.submitIntent(await submission()));
    await bed.node.transactions.wished(1);
    // Closing ends the wait as its limit would.
    await bed.api.close();
    expect(await answer).toEqual({ status: 504, reason: "TRANSACTION_PENDING" });
  });
});

describe("what this node does not know, or may not do", () => {
  test("an intent past its end is refused", async () => {
    bed.node.clock.set(Date.UTC(2101, 0));
    expect(await refused(client.submitIntent(await submission()))).toEqual({
      status: 422,
      reason: "INTENT_EXPIRED",
    });
  });

  test("unknown intents, executions and bundles are told by what is unknown", async () => {
    expect(await answered(`/v1/intents/${hash(9)}`)).toEqual(refusedWith("INTENT_UNKNOWN"));
    const path = `/v1/executions/${hash(9)}`;
    expect(await answered(path)).toEqual(refusedWith("EXECUTION_UNKNOWN"));
    expect(await answered(`${path}/bundle`)).toEqual(refusedWith("EXECUTION_UNKNOWN"));
    await bed.node.store.write((tables) => {
      tables.executions.insert(anExecution(1, { state: "due" }));
      tables.executions.insert(anExecution(2, { state: "final", bundleSha256: hash(3) }));
    });
    for (const number of [1, 2]) {
      expect(await answered(`/v1/executions/${hash(number)}/bundle`)).toEqual(
        refusedWith("BUNDLE_UNAVAILABLE"),
      );
    }
  });

  test("a revocation is its owner's or its revoker's, nobody else's", async () => {
    const intentHash = await storeIntent(bed.node);
    const signature = await stranger.sign({ hash: revokeDigest(intentHash, separator) });
    const signer = stranger.address.toLowerCase() as Hex;
    expect(await refused(client.revokeIntent(intentHash, { signer, signature }))).toEqual({
      status: 403,
      reason: "REVOKE_NOT_ALLOWED",
    });
    const own = await owner.sign({ hash: revokeDigest(hash(1), separator) });
    const other = { signer: OWNER, signature: own };
    expect((await refused(client.revokeIntent(intentHash, other))).reason).toBe(
      "REVOKE_BAD_SIGNATURE",
    );
    expect(bed.node.transactions.wishes).toEqual([]);
  });

  test("an invalidation is the nonce's owner's, and of no registered intent", async () => {
    const nonce = "7";
    const signatureBy = (account: typeof owner) =>
      account.sign({ hash: invalidateNonceDigest({ owner: OWNER, nonce: 7n }, separator) });
    const foreign = { owner: OWNER, nonce, signature: await signatureBy(stranger) };
    expect(await refused(client.invalidateNonce(foreign))).toEqual({
      status: 422,
      reason: "NONCE_BAD_SIGNATURE",
    });
    bed.ledger.spentNonces = [7n];
    const own = { owner: OWNER, nonce, signature: await signatureBy(owner) };
    expect(await client.invalidateNonce(own)).toEqual({ owner: OWNER, nonce, txHash: null });
    const intentHash = await storeIntent(bed.node);
    await bed.node.store.write((tables) => {
      const { intentNo, intent } = bed.node.store.read.intents.byHash(intentHash)!;
      tables.intents.update({ intentNo }, { intent: { ...intent, nonce } });
    });
    expect((await refused(client.invalidateNonce(own))).reason).toBe("NONCE_SPENT");
    const { hash: _, ...submission } = await signed();
    expect((await refused(client.submitIntent(submission))).reason).toBe("NONCE_SPENT");
    expect(bed.node.transactions.wishes).toEqual([]);
  });

  test("a workflow that another trigger fires is not fired by hand", async () => {
    const fire = { input: {}, firedAtSec: 1, validUntilSec: 2, signature: "0x11" } as const;
    expect(await refused(client.fire(hash(1), { ...fire, ordinal: 14 }))).toEqual({
      status: 422,
      reason: "FIRE_WRONG_TRIGGER",
    });
  });
});
