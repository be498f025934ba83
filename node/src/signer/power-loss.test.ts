import fc from "fast-check";
import { expect, test } from "vitest";
import type { LogFile } from "./audit-log.ts";
import { openKeySigner, testKeys } from "./key-signer.testing.ts";
import { aConfig, failureFrom, hash } from "./signer.testing.ts";

/** A disk that keeps what was flushed; of the rest a power loss leaves any beginning, or nothing. */
class Disk {
  #kept: Buffer = Buffer.alloc(0);
  #unsynced: Buffer = Buffer.alloc(0);
  #operationsLeft = Number.POSITIVE_INFINITY;

  /** The power fails at the n-th operation from now. */
  failAfter(operations: number): void {
    this.#operationsLeft = operations;
  }

  powerUp(share: number): void {
    const rest = this.#unsynced.subarray(0, Math.floor(this.#unsynced.length * share));
    this.#kept = Buffer.concat([this.#kept, rest]);
    this.#unsynced = Buffer.alloc(0);
    this.#operationsLeft = Number.POSITIVE_INFINITY;
  }

  open(): Promise<LogFile> {
    const whole = (): Buffer => Buffer.concat([this.#kept, this.#unsynced]);
    const file: LogFile = {
      size: () => this.#run(() => whole().length),
      read: (buffer, position) => this.#run(() => whole().copy(buffer, 0, position)),
      append: (bytes) =>
        this.#run(() => {
          this.#unsynced = Buffer.concat([this.#unsynced, bytes]);
        }),
      datasync: () =>
        this.#run(() => {
          this.#kept = whole();
          this.#unsynced = Buffer.alloc(0);
        }),
      truncate: (size) =>
        this.#run(() => {
          this.#kept = whole().subarray(0, size);
          this.#unsynced = Buffer.alloc(0);
        }),
      close: () => Promise.resolve(),
    };
    return Promise.resolve(file);
  }

  async #run<T>(operation: () => T): Promise<T> {
    this.#operationsLeft -= 1;
    if (this.#operationsLeft < 0) throw new Error("power lost");
    return operation();
  }
}

const config = { ...aConfig("/nowhere", "/nowhere/keystore.json"), rates: {} };
const keys = testKeys(1);

test("whenever the power fails, nothing that was signed is forgotten, and no position is used twice", async () => {
  const shares = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(12), shares), { maxLength: 4 }), async (losses) => {
      const disk = new Disk();
      const signed = new Map<number, { auditSeq: number; round: number }>();
      for (const [round, [operations, share]] of [...losses, [40, 0] as const].entries()) {
        const { signer, close } = await openKeySigner(config, keys, () => disk.open());
        disk.failAfter(operations);
        for (let batchNo = 1; batchNo <= 6; batchNo += 1) {
          // Each life would say something else: only what the log forgot may be said anew.
          const asked = signer.commitment({ batchNo, draw: 0, commitment: hash(round + 1) });
          const known = signed.get(batchNo);
          if (known !== undefined) {
            const { code } = await failureFrom(asked);
            expect(["E_EQUIVOCATION", "E_HALTED"]).toContain(code);
            continue;
          }
          const { auditSeq } = await asked.catch(() => ({ auditSeq: 0 }));
          if (auditSeq > 0) signed.set(batchNo, { auditSeq, round });
        }
        await close();
        disk.powerUp(share);
      }
      const positions = [...signed.values()].map(({ auditSeq }) => auditSeq);
      expect(new Set(positions).size).toBe(positions.length);
      const { signer, close } = await openKeySigner(config, keys, () => disk.open());
      for (const [batchNo, { auditSeq, round }] of signed) {
        const again = { batchNo, draw: 0, commitment: hash(round + 1) };
        expect((await signer.commitment(again)).auditSeq).toBe(auditSeq);
      }
      await close();
    }),
    { numRuns: 60 },
  );
});
