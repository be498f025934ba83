type State =
  | { readonly kind: "disconnected" | "idle" | "asked" | "refused" }
  | { readonly kind: "ticking"; readonly subscription: unknown };

const TICKS_ID = 2;
const END_ID = 3;

/**
 * The subscription by which the embedded chain is asked for a block each second (`deed_ticks`). It is there while
 * somebody wants it, on whichever connection there is.
 */
export class TickRequest {
  readonly #send: (method: string, params: readonly unknown[], id: number) => void;
  #state: State = { kind: "disconnected" };
  #isWanted = false;

  constructor(send: (method: string, params: readonly unknown[], id: number) => void) {
    this.#send = send;
  }

  want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    this.#settle();
  }

  connected(): void {
    this.#state = { kind: "idle" };
    this.#settle();
  }

  disconnected(): void {
    this.#state = { kind: "disconnected" };
  }

  /** Takes any answer of the connection. */
  answered(text: string): void {
    const { id, result } = parse(text);
    if (id !== TICKS_ID || this.#state.kind !== "asked") return;
    this.#state =
      result === undefined ? { kind: "refused" } : { kind: "ticking", subscription: result };
    this.#settle();
  }

  // An answer that is on its way is waited for: it names what is to be ended.
  #settle(): void {
    const state = this.#state;
    if (state.kind === "idle" && this.#isWanted) {
      this.#state = { kind: "asked" };
      this.#send("eth_subscribe", ["deed_ticks"], TICKS_ID);
    } else if (state.kind === "ticking" && !this.#isWanted) {
      this.#state = { kind: "idle" };
      this.#send("eth_unsubscribe", [state.subscription], END_ID);
    }
  }
}

function parse(text: string): { readonly id?: unknown; readonly result?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch (error) {
    // Whatever an endpoint says, its heads are looked for by polling as well.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
