import {
  bytesToHex,
  type Commitment,
  chainStep,
  commitmentDigest,
  domainSeparator,
  type Hex,
  hexToBytes,
  itemsRoot,
  type RecordBatch,
  recordBatchDigest,
  recordRoot,
  splitRecords,
  tlsCaBindingDigest,
  type Verdict,
  type Vote,
  verdictDigest,
  voteDigest,
  wordHex,
} from "@deed/protocol/encoding";
import type { Deployment } from "@deed/sdk";
import { privateKeyToAccount, sign } from "viem/accounts";
import { placesOf } from "../signer/audit-places.ts";
import type { BatchToRecord, Signed, Signer, Unsigned } from "../signer/signer-api.ts";
import { SignerError } from "../signer/signer-error.ts";

/** Long enough for a test; the contract does not know how long a chain is. */
const CHAIN_STEPS = 64;

/** Keys of one node and its operator, in this process, with the signer's rule of places. */
export class TestKeys {
  readonly #duty: Hex;
  readonly #secret: Hex;
  readonly dutyKey: Hex;
  readonly actionKey: Hex;
  readonly cold: Hex;
  readonly #places = new Map<string, { content: string; signed: unknown }>();
  readonly #seq = new Map<string, number>();
  #domains: { readonly executions: Hex; readonly disputes: Hex; readonly registry: Hex } | null =
    null;

  constructor(nodeNo: number) {
    this.#duty = wordHex(1_000 + nodeNo);
    this.#secret = wordHex(2_000 + nodeNo);
    this.dutyKey = addressOf(this.#duty);
    this.actionKey = addressOf(wordHex(3_000 + nodeNo));
    this.cold = addressOf(wordHex(4_000 + nodeNo));
  }

  /** Forgets what was signed, as a signer never would: for nodes that lie. */
  forget(): void {
    this.#places.clear();
  }

  use({ chainId, executions, disputes, registry }: Deployment): void {
    const of = (verifyingContract: Hex): Hex => domainSeparator({ chainId, verifyingContract });
    this.#domains = {
      executions: of(executions),
      disputes: of(disputes),
      registry: of(registry),
    };
  }

  get chainTip(): Hex {
    return this.preimage(0);
  }

  /** Number `index`, from 1; 0 is the tip. */
  preimage(index: number): Hex {
    let value = hexToBytes(this.#secret);
    for (let step = 0; step < CHAIN_STEPS - index; step += 1) value = chainStep(value);
    return bytesToHex(value);
  }

  caBinding(operatorNo: number, caHash: Hex, endpoint: string): Promise<Hex> {
    const digest = tlsCaBindingDigest({ operatorNo, caHash, endpoint }, this.#domain("registry"));
    return this.#signDigest(digest);
  }

  signer(): Signer {
    const signer: Pick<
      Signer,
      "recordBatch" | "commitment" | "verdict" | "vote" | "preimage" | "chainInForce"
    > = {
      recordBatch: (batch) => this.#recordBatch(batch),
      commitment: (commitment) => this.#commitment(commitment),
      verdict: (verdict) => this.#verdict(verdict),
      vote: (vote) => this.#vote(vote),
      chainInForce: () => Promise.resolve({ set: 1, chainNo: 1 }),
      preimage: ({ usedPreimages }) => Promise.resolve(this.preimage(usedPreimages + 1)),
    };
    return signer as Signer;
  }

  #recordBatch(batch: BatchToRecord): Promise<Signed<RecordBatch>> {
    const { batchNo, posted, items } = batch;
    const records = splitRecords(batch.records);
    const roots = {
      itemsRoot: itemsRoot(items),
      recordRoot: recordRoot(records, posted, items.length),
    };
    const unsigned = { batchNo, posted, ...roots };
    return this.#signed("RecordBatch", unsigned, (structure) =>
      recordBatchDigest(structure, this.#domain("executions")),
    );
  }

  #commitment(commitment: Unsigned<Commitment>): Promise<Signed<Commitment>> {
    return this.#placed("Commitment", commitment, (structure) =>
      commitmentDigest(structure, this.#domain("executions")),
    );
  }

  #verdict(verdict: Unsigned<Verdict>): Promise<Signed<Verdict>> {
    return this.#placed("Verdict", verdict, (structure) =>
      verdictDigest(structure, this.#domain("executions")),
    );
  }

  #vote(vote: Unsigned<Vote>): Promise<Signed<Vote>> {
    return this.#placed("Vote", vote, (structure) =>
      voteDigest(structure, this.#domain("disputes")),
    );
  }

  async #placed<T extends object>(
    kind: "Commitment" | "Verdict" | "Vote",
    unsigned: T,
    digestOf: (structure: T & { auditSeq: number; auditHead: Hex }) => Hex,
  ): Promise<T & { auditSeq: number; auditHead: Hex; signature: Hex }> {
    const body = JSON.parse(
      JSON.stringify(unsigned, (_, value) => (typeof value === "bigint" ? String(value) : value)),
    );
    const places = placesOf(kind, body);
    for (const { key, content } of places) {
      const known = this.#places.get(key.toString("hex"));
      if (known !== undefined && known.content !== content.toString("hex")) {
        throw new SignerError({ code: "E_EQUIVOCATION", kind, place: kind });
      }
    }
    const known = this.#places.get(places[0]!.key.toString("hex"));
    const signed = known?.signed ?? (await this.#signed(kind, unsigned, digestOf));
    for (const { key, content } of places) {
      this.#places.set(key.toString("hex"), { content: content.toString("hex"), signed });
    }
    return signed as T & { auditSeq: number; auditHead: Hex; signature: Hex };
  }

  async #signed<T extends object>(
    kind: string,
    unsigned: T,
    digestOf: (structure: T & { auditSeq: number; auditHead: Hex }) => Hex,
  ): Promise<T & { auditSeq: number; auditHead: Hex; signature: Hex }> {
    const auditSeq = (this.#seq.get(kind) ?? 0) + 1;
    this.#seq.set(kind, auditSeq);
    const structure = { ...unsigned, auditSeq, auditHead: wordHex(auditSeq) };
    return { ...structure, signature: await this.#signDigest(digestOf(structure)) };
  }

  #domain(name: "executions" | "disputes" | "registry"): Hex {
    if (this.#domains === null) throw new TypeError("keys without a deployment");
    return this.#domains[name];
  }

  #signDigest(digest: Hex): Promise<Hex> {
    return sign({ hash: digest, privateKey: this.#duty, to: "hex" });
  }
}

function addressOf(privateKey: Hex): Hex {
  return privateKeyToAccount(privateKey).address.toLowerCase() as Hex;
}
