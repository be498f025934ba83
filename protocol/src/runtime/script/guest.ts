import { utf8Bytes } from "../../encoding/utf8.ts";
import { PAGE_BYTES } from "./fixed-memory.ts";
import type { WasmEngine, WasmImports, WasmMemory } from "./web-assembly.ts";

/** Memory of one script, engine included. All of it is taken before the script begins. */
export const SCRIPT_MEMORY_PAGES = 512;
/** Of the module's own stack; a host's stack of 1 MB then suffices for every recursion (measured). */
const STACK_BYTES = 64 * 1024;
// Of the module's own, from its memory section.
const INITIAL_PAGES = 18;
// Everything but Date (bit 0), WeakRef (9), performance (10), DOMException (11), atob and btoa (12).
const INTRINSICS = 0x1fe;

/** What the module exports, as far as it is used. Numbers are addresses, but for flags and lengths. */
interface Exports {
  readonly memory: WasmMemory;
  _initialize(): void;
  wasm_malloc(bytes: number): number;
  wasm_free(at: number): void;
  qjs_init2(intrinsics: number): number;
  qjs_set_max_stack_size(bytes: number): void;
  qjs_set_interrupt_handler(isSet: number): void;
  qjs_eval(source: number, bytes: number, name: number, flags: number): number;
  qjs_call(what: number, self: number, count: number, args: number): number;
  qjs_new_string(at: number, bytes: number): number;
  qjs_get_undefined(): number;
  qjs_get_string(value: number): number;
  qjs_get_prop_string(value: number, name: number): number;
  qjs_is_exception(value: number): number;
  qjs_get_exception(): number;
}

/** The host could not do what the module is promised: no outcome, whatever the script did. */
export class GuestError extends Error {
  override readonly name = "GuestError";
}

/** A host refused memory: perhaps only because the garbage of earlier scripts still holds it. */
export class NoMemoryError extends GuestError {}

/** A value inside the engine, or that it threw. */
export type Called =
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "thrown"; readonly value: number };

/** One JavaScript engine of its own, in its own memory. Never freed: it goes as a whole. */
export class Guest {
  readonly #exports: Exports;

  /** @param isOver Asked now and then while a script runs; true ends it without an outcome. */
  constructor(engine: WasmEngine, module: object, isOver: (() => boolean) | null) {
    this.#exports = instantiate(engine, module, isOver);
    this.#exports._initialize();
    this.#takeMemory();
    if (this.#exports.qjs_init2(INTRINSICS) !== 0) throw new GuestError("no engine");
    this.#exports.qjs_set_max_stack_size(STACK_BYTES);
    if (isOver !== null) this.#exports.qjs_set_interrupt_handler(1);
  }

  evaluate(source: string, flags = 0): Called {
    const text = this.#put(source);
    return this.#called(this.#exports.qjs_eval(text.at, text.bytes, this.#put("script").at, flags));
  }

  call(what: number, args: readonly number[]): Called {
    const list = this.#exports.wasm_malloc(args.length * 4);
    const view = new DataView(this.#exports.memory.buffer);
    for (const [index, arg] of args.entries()) view.setUint32(list + index * 4, arg, true);
    const self = this.#exports.qjs_get_undefined();
    return this.#called(this.#exports.qjs_call(what, self, args.length, list));
  }

  newText(text: string): number {
    const { at, bytes } = this.#put(text);
    return this.#exports.qjs_new_string(at, bytes);
  }

  /** The value as text; null when it has none. UTF-8 that is none comes back with U+FFFD. */
  textOf(value: number): string | null {
    const at = this.#exports.qjs_get_string(value);
    if (at === 0) return null;
    const bytes = new Uint8Array(this.#exports.memory.buffer, at);
    return lossyText(bytes.subarray(0, bytes.indexOf(0)));
  }

  property(value: number, name: string): number {
    return this.#exports.qjs_get_prop_string(value, this.#put(name).at);
  }

  #called(value: number): Called {
    return this.#exports.qjs_is_exception(value) === 0
      ? { kind: "value", value }
      : { kind: "thrown", value: this.#exports.qjs_get_exception() };
  }

  #put(text: string): { readonly at: number; readonly bytes: number } {
    const bytes = utf8Bytes(text);
    const at = this.#exports.wasm_malloc(bytes.length + 1);
    if (at === 0) throw new GuestError("no room");
    const memory = new Uint8Array(this.#exports.memory.buffer);
    memory.set(bytes, at);
    memory[at + bytes.length] = 0;
    return { at, bytes: bytes.length };
  }

  // A host that is short of memory refuses it now, not at some place of the script that another host would not see.
  #takeMemory(): void {
    const { memory, wasm_malloc, wasm_free } = this.#exports;
    const at = wasm_malloc((SCRIPT_MEMORY_PAGES - INITIAL_PAGES) * PAGE_BYTES);
    if (at === 0 || memory.buffer.byteLength !== SCRIPT_MEMORY_PAGES * PAGE_BYTES) {
      throw new NoMemoryError("no memory");
    }
    wasm_free(at);
  }
}

const OK = 0;
const NOT_SUPPORTED = 52;

function instantiate(engine: WasmEngine, module: object, isOver: (() => boolean) | null): Exports {
  const held: { exports?: Exports } = {};
  const memory = (): ArrayBuffer => held.exports!.memory.buffer;
  const none = (): number => {
    throw new GuestError("the module asks for what it was not set up for");
  };
  const imports: WasmImports = {
    env: {
      host_get_timezone_offset: () => 0,
      host_interrupt: () => {
        if (isOver?.() === true) throw new GuestError("over");
        return 0;
      },
      host_promise_rejection: none,
      host_module_normalize: none,
      host_module_load: none,
      host_call: none,
    },
    // No clock and no randomness: both are the same for every script.
    wasi_snapshot_preview1: {
      clock_time_get: (_clock, _precision, at) => {
        new Uint8Array(memory()).fill(0, at, at! + 8);
        return OK;
      },
      random_get: (at, bytes) => {
        new Uint8Array(memory()).fill(0, at, at! + bytes!);
        return OK;
      },
      fd_write: () => NOT_SUPPORTED,
      fd_close: () => NOT_SUPPORTED,
      fd_fdstat_get: () => NOT_SUPPORTED,
      fd_seek: () => NOT_SUPPORTED,
    },
  };
  held.exports = new engine.Instance(module, imports).exports as Exports;
  return held.exports;
}

// Engines keep lone surrogates as three bytes of their own; whoever reads must not stumble over them.
function lossyText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!;
    const size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let code = size === 1 ? first : first & (0x7f >> size);
    for (let next = 1; next < size; next += 1) code = (code << 6) | (bytes[at + next]! & 0x3f);
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    text += isSurrogate ? "\ufffd" : String.fromCodePoint(code);
    at += size;
  }
  return text;
}
