import { afterEach, describe, expect, test, vi } from "vitest";
import { utf8Bytes } from "../../encoding/utf8.ts";
import { withMaximumMemory } from "./fixed-memory.ts";
import { scriptModule, testScripts } from "./script.testing.ts";
import { MAX_SCRIPT_OUTPUT, openScriptEngine } from "./script-engine.ts";
import { hostWasm, type WasmImports } from "./web-assembly.ts";

const scripts = testScripts();
const run = (source: string, input: unknown = null) => scripts.run(source, JSON.stringify(input));
const threw = (message: string) => ({ ok: false, error: { code: "SCRIPT_THREW", message } });

describe("a script", () => {
  test("is a function's body over JSON", () => {
    const source = "const { a, b } = input; return { sum: a + b.length, b };";
    expect(run(source, { a: 1, b: ["x"] })).toEqual({ ok: true, value: { sum: 2, b: ["x"] } });
  });

  test("takes and gives large integers as decimal text, fractions as text", () => {
    const source = "return [BigInt(input) + 1n, 0.1 + 0.2, 1e21, -0, 9007199254740993n];";
    const value = ["1" + "0".repeat(40).slice(1) + "1", "0.30000000000000004", "1e+21", 0];
    expect(run(source, "1" + "0".repeat(40))).toEqual({
      ok: true,
      value: [...value, "9007199254740993"],
    });
  });

  test.each([
    ["nothing", "return;"],
    ["a function", "return () => 1;"],
    ["a promise", "return Promise.resolve(1);"],
    ["half of a character", "return '\\ud800';"],
    ["what nests too deep", "let a = []; for (let i = 0; i < 70; i++) a = [a]; return a;"],
    ["too much", `return "x".repeat(${MAX_SCRIPT_OUTPUT});`],
  ])("that gives %s has no result", (_, source) => {
    expect(run(source)).toMatchObject({ ok: false, error: { code: "SCRIPT_RESULT" } });
  });

  test("that is no JavaScript fails at the run, with SCRIPT_SYNTAX", () => {
    expect(run("return {")).toMatchObject({ ok: false, error: { code: "SCRIPT_SYNTAX" } });
  });

  test("cannot forge an outcome by what it does to objects", () => {
    const source = `
      Object.prototype.toJSON = () => "forged"; Array.prototype.toJSON = () => "forged";
      JSON.stringify = () => "forged"; String.prototype.slice = () => "forged";
      Object.defineProperty(Object.prototype, "value", { get: () => "forged" });
      Object.defineProperty(Error, Symbol.hasInstance, { value: () => false }); throw new Error("mine");`;
    expect(run(source)).toEqual(threw("Error: mine"));
  });

  test("leaves nothing to the next one", () => {
    run("globalThis.left = 1; Object.prototype.left = 1; Array.prototype.map = null; return 1;");
    expect(run("return [typeof left, typeof {}.left, typeof [].map];")).toEqual({
      ok: true,
      value: ["undefined", "undefined", "function"],
    });
  });
});

describe("what differs between runs, machines and places", () => {
  test.each([
    ["Date.now()", "Date.now: a script has no clock; take 'now' as input"],
    ["new Date(0)", "Date: a script has no clock; take 'now' as input"],
    ["Date.parse('2026')", "Date.parse: a script has no clock; take 'now' as input"],
    ["performance.now()", "performance.now: a script has no clock; take 'now' as input"],
    ["Math.random()", "Math.random: a script has no randomness"],
    ["crypto.randomUUID()", "crypto.randomUUID: a script has no randomness"],
    ["setTimeout(() => {})", "setTimeout: a script has no later: it ends with its last line"],
    [
      "queueMicrotask(() => {})",
      "queueMicrotask: a script has no later: it ends with its last line",
    ],
    ["fetch('x')", "fetch: a script has no way out; write an http step"],
    ["(1).toLocaleString()", "toLocaleString: a script has no locale"],
    ["[1].toLocaleString()", "toLocaleString: a script has no locale"],
    ["1n.toLocaleString()", "toLocaleString: a script has no locale"],
    ["'a'.localeCompare('b')", "localeCompare: a script has no locale"],
    ["'a'.toLocaleUpperCase()", "toLocaleUpperCase: a script has no locale"],
    [
      "new Float64Array([0 / 0])",
      "Float64Array: a script has no bits of floating-point numbers: they differ between machines",
    ],
    [
      "new DataView(new ArrayBuffer(8)).setFloat64(0, 0 / 0)",
      "setFloat64: a script has no bits of floating-point numbers: they differ between machines",
    ],
  ])("%s says why not", (call, message) => {
    expect(run(`return ${call};`)).toEqual(threw(`TypeError: ${message}`));
  });

  test("is not there at all where nobody would miss it", () => {
    const names = ["Intl", "WeakRef", "FinalizationRegistry", "SharedArrayBuffer", "Atomics"];
    const source = `return [${[...names, "WebAssembly", "process", "console"].map((name) => `typeof ${name}`)}];`;
    expect(run(source)).toEqual({ ok: true, value: Array(8).fill("undefined") });
  });

  test("is not found behind a constructor either", () => {
    const source = `
      const realm = (function () {}).constructor("return this")();
      const bytes = Object.getPrototypeOf(Int8Array.prototype).constructor;
      return [realm === globalThis, typeof realm.process, typeof bytes.Float64Array, (0, eval)("typeof require")];`;
    expect(run(source)).toEqual({ ok: true, value: [true, "undefined", "undefined", "function"] });
  });
});

// Recursions of every kind, so that none of them ends at the host's stack.
const RECURSIONS: { readonly [name: string]: string } = {
  functions: "const go = () => go(); go();",
  constructors: "class A { constructor() { new A(); } } new A();",
  sorting: "const go = () => [2, 1].sort(go); go();",
  replacing: "const go = () => 'a'.replace(/a/, go); go();",
  getters: "const o = { get x() { return this.x; } }; o.x;",
  proxies: "let p = {}; for (let i = 0; i < 100000; i++) p = new Proxy(p, {}); p.x;",
  iterators: "const it = { [Symbol.iterator]: () => [...it] }; [...it];",
  generators: "function* g() { yield* g(); } g().next();",
  conversions: "const o = { toString: () => '' + o }; '' + o;",
  "JSON text": "JSON.parse('['.repeat(200000));",
  "JSON values": "let a = []; for (let i = 0; i < 200000; i++) a = [a]; JSON.stringify(a);",
  flattening: "let a = []; for (let i = 0; i < 100000; i++) a = [a]; a.flat(Infinity);",
  parentheses: "(0, eval)('('.repeat(200000));",
  brackets: "(0, eval)('['.repeat(200000));",
  operators: "(0, eval)('- '.repeat(200000) + '1');",
  evaluation: "globalThis.go = () => (0, eval)('go()'); go();",
};

describe("limits", () => {
  test.each(Object.entries(RECURSIONS))("too deep a recursion of %s is an outcome", (_, source) => {
    const once = run(source);
    expect(once).toEqual(threw("RangeError: Maximum call stack size exceeded"));
  });

  test("its depth does not depend on how deep the host stands", () => {
    const source =
      "let depth = 0; const go = () => { depth += 1; go(); }; try { go(); } catch { return depth; }";
    const atDepth = (left: number): unknown => (left === 0 ? run(source) : atDepth(left - 1));
    expect(atDepth(500)).toEqual(run(source));
  });

  test.each([
    ["text", "const kept = []; for (;;) kept.push('x'.repeat(99999) + kept.length);"],
    ["objects", "const kept = []; for (;;) kept.push({ at: [kept.length] });"],
    ["buffers", "const kept = []; for (;;) kept.push(new ArrayBuffer(1000000));"],
    ["one buffer", "new ArrayBuffer(2 ** 31);"],
    ["closures", "let f = () => 1; for (;;) { const g = f; f = () => g; }"],
  ])("memory for %s ends at the cap, as an outcome", (_, source) => {
    expect(run(source)).toMatchObject({ ok: false, error: { code: "SCRIPT_THREW" } });
  });

  test("the place where memory ends is the same each time", () => {
    const source =
      "const kept = []; try { for (;;) kept.push([kept.length]); } catch { return kept.length; }";
    const first = run(source);
    expect(first).toMatchObject({ ok: true });
    expect(run(source)).toEqual(first);
  });

  test("a host may end a script that goes on, without an outcome", () => {
    let asked = 0;
    const isOver = (): boolean => {
      asked += 1;
      return asked > 3;
    };
    const short = testScripts({ isOver });
    expect(() => short.run("for (;;);", "null")).toThrow("SCRIPT_UNAVAILABLE");
    expect(() => short.run("try { for (;;); } finally { for (;;); }", "null")).toThrow("over");
  });

  test("being asked changes no outcome", () => {
    const source = "let n = 0; for (let i = 0; i < 300000; i++) n += i % 7; return n;";
    expect(testScripts({ isOver: () => false }).run(source, "null")).toEqual(run(source));
  });
});

describe("the module", () => {
  test("is the pinned one or none", () => {
    const other = scriptModule().slice();
    other[other.length - 1]! ^= 1;
    expect(() => openScriptEngine(other)).toThrow("SCRIPT_UNAVAILABLE");
  });

  test("gets a maximum, and a text that is no module is refused", () => {
    const bytes = withMaximumMemory(scriptModule(), 512);
    expect(bytes.length).toBeGreaterThan(scriptModule().length);
    expect(() => withMaximumMemory(utf8Bytes("no module at all, but some text"), 512)).toThrow();
    expect(() => withMaximumMemory(scriptModule(), 2)).toThrow(TypeError);
  });
});

describe("a host that refuses memory", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** The host's WebAssembly, which has no memory for a script until it was asked so often for another. */
  function shortOfMemory(asked: number) {
    const wasm = hostWasm()!;
    let left = asked;
    class Short {
      readonly exports: object;
      constructor(module: object, imports: WasmImports) {
        const real = new wasm.Instance(module, imports).exports as {
          readonly wasm_malloc: (bytes: number) => number;
        };
        const wasm_malloc = (bytes: number): number =>
          left > 0 && bytes > 1_000_000 ? 0 : real.wasm_malloc(bytes);
        this.exports = { ...real, wasm_malloc };
      }
    }
    const { Module, RuntimeError } = wasm;
    const Memory = class {
      constructor() {
        left -= 1;
      }
    };
    vi.stubGlobal("WebAssembly", { Module, Instance: Short, Memory, RuntimeError });
    return testScripts();
  }

  test("is made to collect its garbage first", () => {
    expect(shortOfMemory(1).run("return 1;", "null")).toEqual({ ok: true, value: 1 });
    expect(shortOfMemory(2).run("return 1;", "null")).toEqual({ ok: true, value: 1 });
  });

  test("and still has none gives no outcome", () => {
    expect(() => shortOfMemory(9).run("return 1;", "null")).toThrow("no memory");
  });
});

describe("a module that stops", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** The host's WebAssembly, but what calls the script throws. */
  function scriptsThatThrow(thrown: Error) {
    const { Module, Instance, RuntimeError } = hostWasm()!;
    class Failing {
      readonly exports: object;
      constructor(module: object, imports: WasmImports) {
        const real = new Instance(module, imports).exports;
        const qjs_call = (): never => {
          throw thrown;
        };
        this.exports = { ...real, qjs_call };
      }
    }
    vi.stubGlobal("WebAssembly", { Module, Instance: Failing, RuntimeError });
    return testScripts();
  }

  test("by a trap is an outcome: a trap is the module's own", () => {
    const { RuntimeError } = hostWasm()!;
    const outcome = scriptsThatThrow(new RuntimeError("unreachable")).run("return 1;", "null");
    expect(outcome).toEqual({ ok: false, error: { code: "SCRIPT_TRAPPED", message: "" } });
  });

  test("because the host's stack ends has no outcome", () => {
    const run = () => scriptsThatThrow(new RangeError("stack")).run("return 1;", "null");
    expect(run).toThrow("SCRIPT_UNAVAILABLE");
  });

  test("a host without WebAssembly has none either", () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(() => testScripts()).toThrow("SCRIPT_UNAVAILABLE");
  });
});

describe("a check", () => {
  test("finds nothing wrong with JavaScript", () => {
    expect(scripts.check("return `${input.a}`;")).toBeNull();
  });

  test.each([
    ["retrun 1", 1, 8],
    ["const a = 1;\nlet x = ;\n", 2, 9],
    ["const é = '日本'; let y = 5 5", 1, 27],
  ])("of %j names the place", (source, line, column) => {
    expect(scripts.check(source)).toMatchObject({ line, column });
  });
});
