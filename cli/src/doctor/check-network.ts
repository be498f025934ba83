import type { Hex } from "@deed/protocol/encoding";
import {
  type ClaimsBarred,
  contractsOf,
  type Ledger,
  type LedgerNode,
  type SandboxHealth,
} from "@deed/sdk";
import { claimsBarredText } from "../explain/claims-barred.ts";
import { ledgerOf, nodeOf, type Place } from "../place.ts";
import { tierFinding } from "./check-tier.ts";
import { type Finding, finding, findingOf } from "./finding.ts";

/** Most by which clocks may differ: a node whose clock is further off does not claim. */
const CLOCK_SEC = 2;
/** Transactions that a key should be able to pay for. */
const RESERVE_TRANSACTIONS = 200n;
const GAS_OF_A_TRANSACTION = 1_000_000n;

/** What can be seen of a network from here. */
export async function checkNetwork(place: Place, nowMs: () => number): Promise<readonly Finding[]> {
  const node = await findingOf("node's API", () => checkApi(place));
  if (place.rpcUrl === null) {
    const detail = `${place.source} names no endpoint of the ledger (--rpc)`;
    return [node, finding("ledger", "skipped", detail)];
  }
  const ledger = ledgerOf(place);
  const reached = await findingOf("ledger", () => checkLedger(place, ledger));
  if (reached.result === "fail") return [node, reached];
  return [
    node,
    reached,
    await findingOf("clock", () => checkClock(ledger, nowMs)),
    await findingOf("action keys", () => checkBalances(ledger)),
    ...(place.nodeUrl === null || node.result === "fail"
      ? []
      : [await findingOf("key tier", () => checkTier(place, ledger))]),
  ];
}

async function checkApi(place: Place): Promise<Finding> {
  if (place.nodeUrl === null)
    return finding("node's API", "skipped", `${place.source} names no node`);
  const node = nodeOf(place, { say: () => undefined });
  const { status, head, sandbox, claimsBarred } = await node.health();
  const { nodeNo, operatorName, notes } = await node.info();
  const who = `node ${nodeNo} of ${operatorName} at ${place.nodeUrl}, block ${head ?? "none"}`;
  const detail = [who, ...notes].join("; ");
  if (status !== "ok") {
    const remedy = "It does not follow the ledger: see its log, and its endpoint of the chain.";
    return finding("node's API", "warn", `${detail}: behind the head`, remedy);
  }
  const found =
    sandbox === null ? finding("node's API", "ok", detail) : withSandbox(detail, sandbox);
  return claimsBarred === null ? found : withBar(found, claimsBarred);
}

/** A node whose claims the ledger refuses is well, and does nothing. */
export function withBar(found: Finding, barred: ClaimsBarred): Finding {
  const { detail, remedy } = claimsBarredText(barred);
  const all = `${found.detail}; ${detail}`;
  return { ...found, detail: all, result: found.result === "fail" ? "fail" : "warn", remedy };
}

/** What a node that runs says of its sandbox: it may have fallen since its start. */
export function withSandbox(detail: string, sandbox: SandboxHealth): Finding {
  const { adapter, level, fallenFrom, why } = sandbox;
  const remedy =
    "Run deed doctor on the node's machine: `sandbox` names the command that mends it.";
  if (adapter === null) {
    const none = `${detail}; no sandbox works, it claims nothing (${fallenFrom}: ${why})`;
    return finding("node's API", "fail", none, remedy);
  }
  const runs = `${detail}; runs have ${level} by ${adapter}`;
  if (fallenFrom === null) return finding("node's API", "ok", runs);
  const fallen = `${runs}, fallen from ${fallenFrom}: ${why}`;
  return finding("node's API", "warn", fallen, remedy);
}

async function checkTier(place: Place, ledger: Ledger): Promise<Finding> {
  const { nodeNo, keyTier } = await nodeOf(place, { say: () => undefined }).info();
  const [node, tier] = await Promise.all([ledger.node(nodeNo), ledger.tierOf(nodeNo)]);
  return tierFinding({ ...node, nodeNo }, keyTier, tier);
}

async function checkLedger({ deployment, rpcUrl }: Place, ledger: Ledger): Promise<Finding> {
  const chainId = Number(await ledger.rpc.request<Hex>("eth_chainId", []));
  if (chainId !== deployment.chainId) {
    const detail = `${rpcUrl} is chain ${chainId}, the contracts are on ${deployment.chainId}`;
    return finding("ledger", "fail", detail, "Name an endpoint of that chain with --rpc.");
  }
  const addresses = Object.entries(contractsOf(deployment)).filter(
    (entry): entry is [string, Hex] => typeof entry[1] === "string" && entry[1].startsWith("0x"),
  );
  const codes = await Promise.all(
    addresses.map(([, address]) => ledger.rpc.request<Hex>("eth_getCode", [address, "latest"])),
  );
  const empty = addresses.filter((_, index) => (codes[index] ?? "0x") === "0x");
  if (empty.length > 0) {
    const detail = `no code at ${empty.map(([name, address]) => `${name} ${address}`).join(", ")}`;
    return finding("ledger", "fail", detail, "Is the deployment's file that of this chain?");
  }
  const { number } = await ledger.head();
  return finding("ledger", "ok", `chain ${chainId} at ${rpcUrl}, block ${number}`);
}

/** A chain that rests has an old head, which says nothing; a head from the future says much. */
async function checkClock(ledger: Ledger, nowMs: () => number): Promise<Finding> {
  const { timestampSec } = await ledger.head();
  const aheadSec = timestampSec - nowMs() / 1000;
  if (aheadSec > CLOCK_SEC) {
    const detail = `the newest block is ${aheadSec.toFixed(1)} s in this clock's future`;
    return finding("clock", "fail", detail, "Set this machine's clock, for example by NTP.");
  }
  if (aheadSec >= -CLOCK_SEC) return finding("clock", "ok", "agrees with the newest block");
  const detail = `the newest block is ${(-aheadSec).toFixed(0)} s old: the chain rests, or the clock is ahead`;
  return finding("clock", "ok", detail);
}

async function checkBalances(ledger: Ledger): Promise<Finding> {
  const gasPriceWei = BigInt(await ledger.rpc.request<Hex>("eth_gasPrice", []));
  const baseFeeWei = BigInt(
    (
      await ledger.rpc.request<{ readonly baseFeePerGas?: Hex }>("eth_getBlockByNumber", [
        "latest",
        false,
      ])
    ).baseFeePerGas ?? 0,
  );
  if (baseFeeWei === 0n)
    return finding("action keys", "ok", "gas is free here; no key needs coins");
  const neededWei = gasPriceWei * GAS_OF_A_TRANSACTION * RESERVE_TRANSACTIONS;
  const nodes = await activeNodes(ledger);
  const poor: string[] = [];
  for (const { nodeNo, node } of nodes) {
    const balance = BigInt(
      await ledger.rpc.request<Hex>("eth_getBalance", [node.actionKey, "latest"]),
    );
    if (balance < neededWei) poor.push(`node ${nodeNo} (${node.actionKey}) has ${balance} wei`);
  }
  if (poor.length === 0) return finding("action keys", "ok", `${nodes.length} can pay for gas`);
  const remedy = `Send coins there: ${RESERVE_TRANSACTIONS} transactions cost about ${neededWei} wei now.`;
  return finding("action keys", "warn", poor.join("; "), remedy);
}

async function activeNodes(
  ledger: Ledger,
): Promise<readonly { readonly nodeNo: number; readonly node: LedgerNode }[]> {
  const count = await ledger.nodeCount();
  const found: { readonly nodeNo: number; readonly node: LedgerNode }[] = [];
  for (let nodeNo = 1; nodeNo <= count; nodeNo += 1) {
    const node = await ledger.node(nodeNo);
    if (node.active) found.push({ nodeNo, node });
  }
  return found;
}
