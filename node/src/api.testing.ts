import { domainSeparator, type Hex, intentDigest } from "@deed/protocol/encoding";
import { buildIntent, compileWorkflow } from "@deed/protocol/intent";
import { planRoots } from "@deed/protocol/plan";
import {
  connectNodeApi,
  type IntentSubmission,
  intentToJson,
  type NodeApi,
  NodeApiError,
  type Rpc,
} from "@deed/sdk";
import { privateKeyToAccount } from "viem/accounts";
import { expect } from "vitest";
import { startApi } from "./api/start-api.ts";
import type { RunningApi } from "./api-seam.ts";
import type { DoorFiles } from "./links/door-certificate.ts";
import { TEST_DEPLOYMENT, type TestNode, testNode } from "./roles/context.testing.ts";
import type { NodeContext } from "./roles/context.ts";
import { FireError } from "./roles/watch/accept-fire.ts";
import type { SandboxState } from "./sandbox/live-sandbox.ts";
import { hash } from "./store/store.testing.ts";

export const owner: ReturnType<typeof privateKeyToAccount> = privateKeyToAccount(
  `0x${"11".repeat(32)}`,
);
export const OWNER: Hex = owner.address.toLowerCase() as Hex;
const domain = { chainId: 31337, verifyingContract: TEST_DEPLOYMENT.intents };
export const separator: Hex = domainSeparator(domain);
export const YAML = `deed: v1
name: by-hand
summary: Sends the input on
on:
  manual: {}
expires: 2100-01-01T00:00:00Z
limits: { executions: 10, duration: 10s }
steps:
  - id: send
    http: { method: PUT, url: "https://example.com/in", body: { input: "\${input}" } }
`;

/** What the ledger double says. */
export interface LedgerWords {
  number: number;
  revoked: boolean;
  /** Whoever owns them. */
  spentNonces: readonly bigint[];
  code: Hex;
  events: unknown[];
  /** Another endpoint than the one that knows `code` alone. */
  rpc: Rpc | null;
}

export interface ApiBed {
  readonly node: TestNode;
  readonly api: RunningApi;
  readonly client: NodeApi;
  readonly ledger: LedgerWords;
  readonly fires: unknown[];
  /** What it says of its sandbox. */
  sandbox: SandboxState | null;
  close(): Promise<void>;
}

/** A real server and its client, over a real store and a double of the ledger. */
export async function openApi(tls: DoorFiles | null = null): Promise<ApiBed> {
  const node = testNode();
  const ledger: LedgerWords = {
    number: 0,
    revoked: false,
    spentNonces: [],
    code: "0x",
    events: [],
    rpc: null,
  };
  const fires: unknown[] = [];
  const bed: Pick<ApiBed, "sandbox"> = { sandbox: null };
  const api = await startApi(
    { host: "127.0.0.1", port: 0, tls },
    {
      context: contextOf(node, ledger),
      sandbox: () => bed.sandbox,
      acceptFire: async (fire) => {
        const { ordinal, intentHash } = fire;
        if (ordinal === 13) throw new FireError({ code: "FIRE_ORDINAL_USED", ordinal });
        if (ordinal === 14) throw new FireError({ code: "FIRE_WRONG_TRIGGER", intentHash });
        fires.push(fire);
        return { executionId: hash(5), fireHash: hash(6), isNew: true };
      },
    },
  );
  const client = connectNodeApi({ url: api.url }, { fetch });
  const close = async () => {
    await api.close();
    node.close();
  };
  return Object.assign(bed, { node, api, client, ledger, fires, close });
}

function contextOf(node: TestNode, ledger: LedgerWords): NodeContext {
  return {
    ...node.context,
    config: {
      ...node.context.config,
      chains: new Map(),
      metrics: null,
      rpcUrl: "http://127.0.0.1:1",
      roles: ["executor"],
    },
    ledger: {
      ...node.context.ledger,
      deployment: TEST_DEPLOYMENT,
      intentNumberOf: async () => ledger.number,
      isRevoked: async () => ledger.revoked,
      isNonceSpent: async (_owner: Hex, nonce: bigint) => ledger.spentNonces.includes(nonce),
      events: async () => ledger.events,
      rpc: {
        url: "",
        request: async <T>(method: string, params: readonly unknown[]) =>
          ledger.rpc === null ? ledger.code : ledger.rpc.request<T>(method, params),
      },
    },
    registry: {
      ...node.context.registry,
      node: (nodeNo: number) => ({ operatorNo: nodeNo, keyTier: 0 }),
      operator: () => ({ name: "Operator one" }),
    },
    signer: {
      receipt: async (receipt: { fireHash: Hex; atMs: number }) => ({
        ...receipt,
        nodeNo: 1,
        signature: "0x11",
      }),
    },
  } as unknown as NodeContext;
}

/** A submission that the owner signed. */
export async function signed(yaml = YAML, nonce = 7n): Promise<IntentSubmission & { hash: Hex }> {
  const compiled = compileWorkflow(yaml, { chains: { ledger: 31337, others: [] } });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  const { planRoot } = planRoots(compiled.plan);
  const { yamlHash, plan, permissions } = compiled;
  const intent = buildIntent(plan, permissions, {
    owner: OWNER,
    revoker: null,
    nonce,
    yamlHash,
    planRoot,
  });
  const digest = intentDigest(intent, separator);
  const signature = await owner.sign({ hash: digest });
  return { intent: intentToJson(intent), signature, yaml, hash: digest };
}

/** What a call is refused with, which must say what to do. */
export async function refused(call: Promise<unknown>): Promise<{ status: number; reason: string }> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof NodeApiError) || error.failure.code !== "NODE_REFUSED") {
    throw new Error(`not refused: ${String(error)}`);
  }
  expect(error.failure.remedy).not.toBe("");
  return { status: error.failure.status, reason: error.failure.reason };
}

/** The intent as the watch role keeps it. */
export async function storeIntent(
  node: TestNode,
  state: "accepted" | "revoked" = "accepted",
): Promise<Hex> {
  const { intent, signature, yaml, hash: intentHash } = await signed();
  const compiled = compileWorkflow(yaml, { chains: { ledger: 31337, others: [] } });
  await node.store.write((tables) =>
    tables.intents.put({
      intentNo: 3,
      intentHash,
      owner: OWNER,
      name: intent.name,
      yaml,
      plan: compiled.ok ? compiled.plan : null,
      planRoot: intent.planRoot,
      kind: 3,
      leaseClass: intent.leaseClass,
      runtime: 1,
      validUntilSec: intent.validUntilSec,
      start: 1,
      period: 0,
      catchUp: 0,
      state,
      refusal: null,
      registeredBlock: 4,
      registeredTx: hash(8),
      revokedBlock: state === "revoked" ? 5 : null,
      intent: { ...intent, permissions: [] },
      signature,
    }),
  );
  return intentHash;
}

/** An executor's bundle of one effect. */
export function bundleOf(executionId: Hex): string {
  const leaf = {
    index: 0,
    step: 0,
    kind: "HTTP",
    try: 1,
    status: 0,
    level: 1,
    input: null,
    output: null,
    startedMs: 1,
    endedMs: 2,
    anchorNumber: 1,
    anchorHash: hash(1),
  };
  const sorted = Object.fromEntries(Object.entries(leaf).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({
    attempt: 1,
    bundle: "deed.bundle.1",
    executionId,
    intentHash: hash(1000),
    leaves: [sorted],
    runtime: 1,
  });
}
