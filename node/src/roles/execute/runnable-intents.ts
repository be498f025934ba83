import type { Hasher } from "@deed/protocol/encoding";
import { planRoots } from "@deed/protocol/plan";
import type { Store } from "../../store/store.ts";
import type { RunnableIntent } from "./attempt.ts";

const KEPT = 1024;

/** Plans by intent number: parsed and hashed once, not once per execution. */
export class RunnableIntents {
  readonly #store: Store;
  readonly #hasher: Hasher;
  readonly #kept = new Map<number, RunnableIntent>();

  constructor(collaborators: { readonly store: Store; readonly hasher: Hasher }) {
    this.#store = collaborators.store;
    this.#hasher = collaborators.hasher;
  }

  /** Null when the intent is unknown or did not compile to what was signed. */
  get(intentNo: number): RunnableIntent | null {
    const kept = this.#kept.get(intentNo);
    if (kept !== undefined) return kept;
    const row = this.#store.read.intents.get({ intentNo });
    if (row === null || row.plan === null) return null;
    const intent = { row, plan: row.plan, roots: planRoots(row.plan, this.#hasher) };
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= KEPT && oldest.done !== true) this.#kept.delete(oldest.value);
    this.#kept.set(intentNo, intent);
    return intent;
  }
}
