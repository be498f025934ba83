import { EncodingError } from "../../encoding/encoding-error.ts";
import { parseExactJson } from "../../encoding/exact-json.ts";
import { type Hasher, nobleHasher } from "../../encoding/hasher.ts";
import { bytesToHex, type Hex } from "../../encoding/hex.ts";
import type { Json } from "../../encoding/json.ts";
import { utf8Length } from "../../encoding/utf8.ts";
import { RunError } from "../run-error.ts";
import { withMaximumMemory } from "./fixed-memory.ts";
import { Guest, GuestError, NoMemoryError, SCRIPT_MEMORY_PAGES } from "./guest.ts";
import { PRELUDE } from "./prelude.ts";
import { hostWasm, type WasmEngine } from "./web-assembly.ts";

/** SHA-256 of the module that runs scripts of runtime 2: `quickjs.wasm` of the package quickjs-wasi 3.6.2. */
export const SCRIPT_MODULE_SHA256: Hex =
  "0xd4c9375f2b1ca4dc95f72c8aa2982a7a9951ac8011490d79c6582df732b4bbd9";

/** Longest JSON text that a script may give, in UTF-16 units. */
export const MAX_SCRIPT_OUTPUT = 262_144;

/**
 * Syntax: the text is no JavaScript. Threw: out of memory and too deep a recursion do, too. Result: what it gave has no JSON, or
 * more of it than there may be. Trapped: the module itself gave up.
 */
export type ScriptErrorCode = "SCRIPT_SYNTAX" | "SCRIPT_THREW" | "SCRIPT_RESULT" | "SCRIPT_TRAPPED";

/** What a script gave: an outcome, alike on every host that has one. */
export type ScriptOutcome =
  | { readonly ok: true; readonly value: Json }
  | {
      readonly ok: false;
      readonly error: { readonly code: ScriptErrorCode; readonly message: string };
    };

/** Where a script is no JavaScript; both from 1, columns in UTF-16 units. */
export interface ScriptMistake {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Runs scripts. The host opens it, because the module's bytes are not in this package. */
export interface ScriptEngine {
  /** In an engine and a memory of its own. @throws RunError SCRIPT_UNAVAILABLE when this host gave no outcome. */
  run(source: string, input: string): ScriptOutcome;
  /** Null when the text is JavaScript. */
  check(source: string): ScriptMistake | null;
}

export interface ScriptEngineOptions {
  /** Asked now and then while a script runs: true ends it without an outcome. It cannot interrupt a single long operation. */
  readonly isOver?: () => boolean;
}

/**
 * Opens the engine of runtime 2. Compiles 600 KB of WebAssembly: callers keep it, and open it for the first script.
 * @throws RunError SCRIPT_UNAVAILABLE: other bytes, or a host without WebAssembly
 */
export function openScriptEngine(
  module: Uint8Array,
  options: ScriptEngineOptions = {},
  hasher: Hasher = nobleHasher,
): ScriptEngine {
  const wasm = hostWasm();
  if (wasm === null) throw unavailable("this host has no WebAssembly");
  const sha256 = bytesToHex(hasher.sha256(module));
  if (sha256 !== SCRIPT_MODULE_SHA256) throw unavailable(`another module: ${sha256}`);
  const compiled = new wasm.Module(withMaximumMemory(module, SCRIPT_MEMORY_PAGES));
  const isOver = options.isOver ?? null;
  const open = (): Guest => openGuest(wasm, () => new Guest(wasm, compiled, isOver));
  return {
    run: (source, input) => outcomeOf(wasm, () => runIn(open(), source, input)),
    check: (source) => checkIn(open(), source),
  };
}

const OPENINGS = 4;

/**
 * Memories of earlier scripts are garbage until the host collects it. Hosts do so before they refuse a new memory; since
 * V8 14 not before they refuse to grow one. So a new one of full size is asked for, and then the script's own again:
 * the first time the new one may have got all that was free.
 */
function openGuest({ Memory }: WasmEngine, open: () => Guest): Guest {
  for (let opening = 1; ; opening += 1) {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof NoMemoryError) || opening === OPENINGS) throw error;
      new Memory({ initial: SCRIPT_MEMORY_PAGES, maximum: SCRIPT_MEMORY_PAGES });
    }
  }
}

// On one line with the script's first: places in it count from the script's own beginning.
const BEFORE = '(function(input){"use strict";';
const AFTER = "\n})";

function runIn(guest: Guest, source: string, input: string): ScriptOutcome {
  const runner = guest.evaluate(PRELUDE);
  if (runner.kind === "thrown") throw new GuestError("no prelude");
  const script = guest.evaluate(BEFORE + source + AFTER);
  if (script.kind === "thrown") return failed("SCRIPT_SYNTAX", guest.textOf(script.value) ?? "");
  const answer = guest.call(runner.value, [script.value, guest.newText(input)]);
  if (answer.kind === "thrown") return failed("SCRIPT_THREW", "");
  return readAnswer(guest.textOf(answer.value) ?? "e");
}

function readAnswer(answer: string): ScriptOutcome {
  const rest = answer.slice(1);
  if (answer.startsWith("e")) return failed("SCRIPT_THREW", rest);
  if (!answer.startsWith("v")) {
    return failed(
      "SCRIPT_RESULT",
      "a script returns a JSON value: not undefined, a function, a promise",
    );
  }
  if (rest.length > MAX_SCRIPT_OUTPUT) {
    return failed("SCRIPT_RESULT", `more than ${MAX_SCRIPT_OUTPUT} characters of JSON`);
  }
  try {
    return { ok: true, value: parseExactJson(rest) };
  } catch (error) {
    if (error instanceof EncodingError) return failed("SCRIPT_RESULT", error.failure.code);
    throw error;
  }
}

/** Traps are the module's own, by its specification; whatever else ends a run is this host's. */
function outcomeOf({ RuntimeError }: WasmEngine, run: () => ScriptOutcome): ScriptOutcome {
  try {
    return run();
  } catch (error) {
    if (error instanceof RuntimeError) return failed("SCRIPT_TRAPPED", "");
    if (error instanceof RunError) throw error;
    throw unavailable(error instanceof Error ? `${error.name}: ${error.message}` : "");
  }
}

const COMPILE_ONLY = 1 << 5;

function checkIn(guest: Guest, source: string): ScriptMistake | null {
  const compiled = guest.evaluate(BEFORE + source + AFTER, COMPILE_ONLY);
  if (compiled.kind === "value") return null;
  const message = guest.textOf(guest.property(compiled.value, "message")) ?? "not JavaScript";
  const stack = guest.textOf(guest.property(compiled.value, "stack")) ?? "";
  const [, line = "1", column = "1"] = /script:(\d+):(\d+)/.exec(stack) ?? [];
  const shift = line === "1" ? BEFORE.length : 0;
  const text = source.split("\n")[Number(line) - 1] ?? "";
  const bytes = Math.max(0, Number(column) - 1 - shift);
  return { message, line: Number(line), column: unitsWithin(text, bytes) + 1 };
}

/** The engine counts bytes; editors and people do not. */
function unitsWithin(text: string, bytes: number): number {
  let units = 0;
  let left = bytes;
  for (const character of text) {
    left -= utf8Length(character);
    if (left < 0) break;
    units += character.length;
  }
  return units;
}

function failed(code: ScriptErrorCode, message: string): ScriptOutcome {
  return { ok: false, error: { code, message } };
}

function unavailable(detail: string): RunError {
  return new RunError({ code: "SCRIPT_UNAVAILABLE", detail });
}
