import { type Call, withId } from "./json-rpc.ts";

// What they answer changes with the head alone.
const METHODS: ReadonlySet<string> = new Set([
  "eth_blockNumber",
  "eth_getBlockByNumber",
  "eth_getCode",
  "eth_getLogs",
  "eth_getTransactionReceipt",
]);
const MOST_ANSWERS = 1_000;
const LONGEST_KEY = 4_096;
const LONGEST_ANSWER = 256 * 1024;

/** Reads that several clients ask of one head go to the engine once: every node of a network asks the same. */
export class ReadMemo {
  readonly #forward: (call: Call) => Promise<string>;
  #answers = new Map<string, Promise<string>>();

  /** @param forward Asks the engine; gives the text of its answer. */
  constructor(forward: (call: Call) => Promise<string>) {
    this.#forward = forward;
  }

  /** There is another head. */
  clear(): void {
    this.#answers = new Map();
  }

  async forward(call: Call): Promise<string> {
    const { method, params, id } = call;
    if (!METHODS.has(method)) return this.#forward(call);
    const key = JSON.stringify([method, params]);
    if (key.length > LONGEST_KEY || key.includes('"pending"')) return this.#forward(call);
    const answers = this.#answers;
    let answer = answers.get(key);
    if (answer === undefined) {
      if (answers.size >= MOST_ANSWERS) answers.clear();
      answer = this.#forward({ method, params, id: 0 });
      answers.set(key, answer);
      const forget = (): void => void answers.delete(key);
      answer.then((text) => {
        if (text.length > LONGEST_ANSWER) forget();
      }, forget);
    }
    return withId(await answer, id);
  }
}
