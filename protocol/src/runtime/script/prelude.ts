/**
 * Runs first in every script's engine: what is not deterministic, or would be read as if it knew a place or a time, says
 * so, and a function is left that runs the script. Part of the runtime's version: it changes with a new one only.
 *
 * The answer is text, so that nothing that a script does to objects can touch it: `v` and the value's JSON, `u` for a value
 * that has none, or `e` and what was thrown.
 */
export const PRELUDE = `(() => {
  "use strict";
  const { parse, stringify } = JSON;
  const text = String;
  const ErrorOf = Error;
  const PromiseOf = Promise;
  const { apply, defineProperty } = Reflect;
  const { slice, toWellFormed } = String.prototype;
  const isError = Error.isError ?? ((value) => value instanceof ErrorOf);
  const refuse = (name, why) => function () {
    throw new TypeError(name + ": a script has " + why);
  };
  const put = (owner, name, value) =>
    defineProperty(owner, name, { value, writable: true, enumerable: false, configurable: true });
  const clock = "no clock; take 'now' as input";
  const date = refuse("Date", clock);
  for (const name of ["now", "parse", "UTC"]) put(date, name, refuse("Date." + name, clock));
  put(globalThis, "Date", date);
  put(globalThis, "performance", { now: refuse("performance.now", clock) });
  put(Math, "random", refuse("Math.random", "no randomness"));
  put(globalThis, "crypto", {
    getRandomValues: refuse("crypto.getRandomValues", "no randomness"),
    randomUUID: refuse("crypto.randomUUID", "no randomness"),
  });
  for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]) {
    put(globalThis, name, refuse(name, "no later: it ends with its last line"));
  }
  for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "require"]) {
    put(globalThis, name, refuse(name, "no way out; write an http step"));
  }
  const locale = "no locale";
  put(globalThis, "Intl", undefined);
  delete globalThis.Intl;
  const owners = [Object, Array, Number, BigInt, String, Object.getPrototypeOf(Int8Array)];
  for (const { prototype } of owners) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (/locale/i.test(name)) put(prototype, name, refuse(name, locale));
    }
  }
  // Whoever sees the bits of a number that is none sees the machine: WebAssembly leaves them open.
  const bits = "no bits of floating-point numbers: they differ between machines";
  for (const name of ["Float16Array", "Float32Array", "Float64Array"]) {
    put(globalThis[name].prototype, "constructor", undefined);
    put(globalThis, name, refuse(name, bits));
  }
  for (const name of Object.getOwnPropertyNames(DataView.prototype)) {
    if (/float/i.test(name)) put(DataView.prototype, name, refuse(name, bits));
  }
  for (const name of ["WeakRef", "FinalizationRegistry", "SharedArrayBuffer", "Atomics"]) {
    delete globalThis[name];
  }
  const bigints = (key, value) => (typeof value === "bigint" ? text(value) : value);
  const told = (thrown) => {
    const told = isError(thrown) ? thrown.name + ": " + thrown.message : text(thrown);
    return apply(toWellFormed, apply(slice, told, [0, 500]), []);
  };
  return (script, input) => {
    try {
      const value = script(parse(input));
      if (value instanceof PromiseOf) return "u";
      const json = stringify(value, bigints);
      return json === undefined ? "u" : "v" + json;
    } catch (thrown) {
      try {
        return "e" + told(thrown);
      } catch {
        return "e";
      }
    }
  };
})()`;
