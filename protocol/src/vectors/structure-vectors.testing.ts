import {
  auditCheckpointDigest,
  commitmentDigest,
  keyRotationDigest,
  receiptDigest,
  recordBatchDigest,
  sealingKeyBindingDigest,
  tlsCaBindingDigest,
  verdictDigest,
  voteDigest,
  witnessedDigest,
} from "../encoding/duty-structures.ts";
import type { Hex } from "../encoding/hex.ts";
import {
  fireDigest,
  type Intent,
  intentDigest,
  invalidateNonceDigest,
  revokeDigest,
} from "../encoding/owner-structures.ts";
import { domainSeparator } from "../encoding/typed-data.ts";
import { ZERO_ADDRESS } from "../encoding/word.ts";
import { address, big, type Case, chainId, word } from "./values.testing.ts";

function domain(contract: string): { chainId: number; verifyingContract: Hex; separator: Hex } {
  const verifyingContract = address(contract);
  const separator = domainSeparator({ chainId, verifyingContract });
  return { chainId, verifyingContract, separator };
}

const audit = { auditSeq: 42, auditHead: word("audit head") };
const fault = (1n << 255n) | 5n;

const intents: readonly Intent[] = [0, 1, 3].map((count) => ({
  owner: address("owner"),
  revoker: count === 0 ? ZERO_ADDRESS : address("revoker"),
  name: `pays-${count}`,
  summary: count === 1 ? "Zahlt aus – täglich €" : "",
  yamlHash: word("yaml"),
  planRoot: word("plan"),
  runtime: 1,
  kind: [3, 2, 1, 6][count]!,
  leaseClass: 6,
  start: count === 3 ? 1_850_000_000 : 0,
  period: count === 0 ? 0 : 60,
  catchUp: [0, 1, 0, 255][count]!,
  validUntilSec: 1_900_000_000,
  maxExecutions: 1000,
  perHour: 20,
  nonce: 2n ** 255n + BigInt(count),
  permissions: Array.from({ length: count }, (_, index) => ({
    target: address(`target ${index}`),
    call: `transfer(address,uint256) ${address("to")}, ${index}`,
    valueWei: 10n ** 18n * BigInt(index),
  })),
}));

/** Intents; the permissions are spread over three lists. */
export function intentDigests(): Case[] {
  const at = domain("Intents");
  return intents.map((intent) => {
    const { permissions, nonce, ...fields } = intent;
    return {
      ...at,
      ...fields,
      nonce: big(nonce),
      targets: permissions.map((permission) => permission.target),
      calls: permissions.map((permission) => permission.call),
      values: permissions.map((permission) => big(permission.valueWei)),
      digest: intentDigest(intent, at.separator),
    };
  });
}

/** What owners sign besides intents. */
export function ownerDigests(): { [file: string]: Case[] } {
  const at = domain("Intents");
  const intentHash = word("intent");
  const fire = {
    intentHash,
    ordinal: 12,
    inputHash: word("input"),
    firedAtSec: 1_800_000_000,
    validUntilSec: 1_800_000_600,
  };
  return {
    "nonce-invalidations": [
      {
        ...at,
        owner: address("owner"),
        nonce: big(2n ** 255n + 1n),
        digest: invalidateNonceDigest(
          { owner: address("owner"), nonce: 2n ** 255n + 1n },
          at.separator,
        ),
      },
    ],
    revokes: [{ ...at, intentHash, digest: revokeDigest(intentHash, at.separator) }],
    fires: [{ ...at, ...fire, digest: fireDigest(fire, at.separator) }],
  };
}

/** What duty keys sign, one file for each structure. */
export function dutyDigests(): { readonly [file: string]: Case[] } {
  const executions = domain("Executions");
  const [disputes, registry, intents] = [domain("Disputes"), domain("Registry"), domain("Intents")];
  const root = { batchNo: 7, itemsRoot: word("items"), recordRoot: word("records") };
  const batch = { ...root, posted: fault, ...audit };
  const commitment = { batchNo: 7, draw: 1, commitment: word("commitment"), ...audit };
  const set = { recordBlockHash: word("block"), commitmentsHash: word("set") };
  const bits = { fault, unable: 2n, reportHash: word("report") };
  const verdict = { batchNo: 7, draw: 2, ...set, ...bits, ...audit };
  const vote = { disputeNo: 3, fault: 2, leaf: 5, reportHash: word("report"), ...audit };
  const binding = { operatorNo: 4, caHash: word("ca"), endpoint: "https://node.example.com:8443" };
  const sealing = { operatorNo: 4, x: word("sealing x"), y: word("sealing y") };
  const signed = { records: 12, commitments: 2 ** 40, verdicts: 14, votes: 0 };
  const uses = { entries: 2 ** 53 - 1, dutyUses: 99, actionUses: 100 };
  const checkpoint = { nodeNo: 6, ...signed, ...uses, ...audit };
  const receipt = { fireHash: word("fire"), nodeNo: 6, atMs: 1_800_000_000_123 };
  const witnessed = { witnessNo: 8, checkpointDigest: word("checkpoint"), atMs: 1_800_000_000_123 };
  return {
    "record-batches": [
      {
        ...executions,
        ...batch,
        posted: big(fault),
        digest: recordBatchDigest(batch, executions.separator),
      },
    ],
    commitments: [
      { ...executions, ...commitment, digest: commitmentDigest(commitment, executions.separator) },
    ],
    verdicts: [
      {
        ...executions,
        ...verdict,
        fault: big(fault),
        unable: big(2n),
        digest: verdictDigest(verdict, executions.separator),
      },
    ],
    votes: [
      { ...disputes, ...vote, digest: voteDigest(vote, disputes.separator) },
      {
        ...disputes,
        ...vote,
        fault: 0,
        leaf: 0,
        digest: voteDigest({ ...vote, fault: 0, leaf: 0 }, disputes.separator),
      },
    ],
    "audit-checkpoints": [
      {
        ...executions,
        ...checkpoint,
        digest: auditCheckpointDigest(checkpoint, executions.separator),
      },
    ],
    "ca-bindings": [
      { ...registry, ...binding, digest: tlsCaBindingDigest(binding, registry.separator) },
    ],
    "sealing-key-bindings": [
      { ...registry, ...sealing, digest: sealingKeyBindingDigest(sealing, registry.separator) },
    ],
    "key-rotations": [1_800_000_000, 0].map((fromSec) => {
      const keys = { dutyKey: address("duty"), actionKey: address("action") };
      const rotation = { nodeNo: 6, ...keys, fromSec };
      return { ...registry, ...rotation, digest: keyRotationDigest(rotation, registry.separator) };
    }),
    witnessed: [
      {
        ...executions,
        ...witnessed,
        digest: witnessedDigest(witnessed, executions.separator),
      },
    ],
    receipts: [{ ...intents, ...receipt, digest: receiptDigest(receipt, intents.separator) }],
  };
}
