/** Scripts that look for whatever may differ between hosts, versions, places, times and runs. */
export const SCRIPTS: { readonly [name: string]: string } = {
  "float printing": `
    const shown = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 1e21, 123456789.123456789, -1e-7, 2 ** 53 + 1];
    return shown.map((n) => [String(n), n.toFixed(7), n.toPrecision(9), n.toExponential(5), n.toString(36), JSON.stringify(n)]);`,
  mathematics: `
    const names = Object.getOwnPropertyNames(Math).filter((name) => typeof Math[name] === "function" && name !== "random").sort();
    return names.map((name) => [name, [0.1, 0.7, 1.5, 1e-9, 123456.789, -0.3].map((x) => { try { return String(Math[name](x, 2.5)); } catch (e) { return e.message; } })]);`,
  "order of names": `
    const o = { z: 1, 10: 2, 9: 3, a: 4, "-1": 5, "01": 6, 4294967295: 7, 4294967294: 8 }; o.y = 9; delete o.z; o.z = 10;
    let walked = ""; for (const name in Object.create(o, { own: { value: 1, enumerable: true } })) walked += name + ",";
    return [Object.keys(o), walked, JSON.stringify(o), Reflect.ownKeys(input)];`,
  "order of collections": `
    const keys = Array.from({ length: 500 }, (_, n) => ({ n, s: "k" + (n * 7919) % 503 }));
    const m = new Map(keys.map((k) => [k.s, k.n])); for (let n = 0; n < 250; n++) m.delete("k" + n);
    const s = new Set(keys.map((k) => k.s)); return [[...m].slice(0, 60), [...s].slice(0, 60), Object.groupBy ? Object.keys(Object.groupBy(keys, (k) => k.n % 7)) : null];`,
  "stability of sorting": `
    const rows = Array.from({ length: 2000 }, (_, n) => ({ n, key: (n * 7919) % 13 }));
    const stable = rows.toSorted((a, b) => a.key - b.key).map((r) => r.n);
    let calls = 0; const odd = Array.from({ length: 700 }, (_, n) => n).sort((a, b) => { calls++; return (a * 31 + b * 17) % 3 - 1; });
    return [stable.slice(0, 99), odd, calls, [3, undefined, , "10", 9, null].sort().map(String)];`,
  letters: `
    const all = ["İ", "ı", "I", "ß", "ẞ", "ﬁ", "ǆ", "Σας", "ΑΣ", "é", "e\\u0301", "\\u212b", "\\u1e9b\\u0323", "가", "\\u{1F1E6}\\u{1F1E8}", "\\u{10FFFF}", "\\u0378"];
    return all.map((c) => [c.toLowerCase(), c.toUpperCase(), ...["NFC", "NFD", "NFKC", "NFKD"].map((f) => c.normalize(f)), c.length, [...c].length, c < "é"]);`,
  "classes of letters": `
    let found = ""; for (let code = 0; code < 0x3000; code += 1) { const c = String.fromCodePoint(code); if (/\\p{Lu}/u.test(c) !== (c.toLowerCase() !== c) || /[\\w]/iu.test(c) && code > 127) found += code + ","; }
    return [found, "ſK".replace(/[a-z]/giu, "_"), /^\\p{Script=Cyrillic}+$/u.test("Ж")];`,
  "regular expressions": `
    const text = "a".repeat(22) + "!";
    return [/^(a+)+$/.test(text), /^(?:a|aa)+$/.test(text), "x1y22".replace(/(?<d>\\d+)/g, "<$<d>>"), "aBc".split(/(?=[A-Z])/), /(?<=\\$)\\d+/.exec("$42")?.index, [..."a1b2".matchAll(/[a-z]/g)].map((m) => m.index), String(/a/dgimsuy.flags)];`,
  "tricks of objects": `
    const seen = []; const log = (target) => new Proxy(target, Object.fromEntries(Reflect.ownKeys(Reflect).filter((n) => typeof Reflect[n] === "function").map((n) => [n, (...a) => { seen.push(n + ":" + String(a[1])); return Reflect[n](...a); }])));
    const o = log({ get b() { seen.push("get b"); return 1; }, 2: 1, a: 1, toJSON() { seen.push("toJSON"); return { x: 1 }; } });
    JSON.stringify(o); ({ ...o }); Object.assign({}, o); "b" in o; for (const k in o) seen.push(k); delete o.a; Object.freeze(o); return seen;`,
  conversions: `
    const seen = []; const o = { valueOf() { seen.push("v"); return 1; }, toString() { seen.push("s"); return "x"; }, [Symbol.toPrimitive](h) { seen.push(h); return 2; } };
    return [\`\${o}\`, o + 1, o * 2, [o] + "", o == 2, seen, [1, [2, [3]]].toString(), String(Symbol("q")), parseFloat("1e1000x"), Number("0x1F"), parseInt("0.0000005")];`,
  "texts of functions and errors": `
    const texts = []; for (const bad of ["null.x", "undefined()", "x", "let q = q", "1n + 1", "new (() => 1)", "({}).a.b", "'a'.repeat(-1)", "JSON.parse('{')", "[].reduce((a) => a)", "BigInt(1.5)", "decodeURIComponent('%')", "Symbol() + ''", "new Array(-1)", "'use strict'; undefinedName = 1"]) {
      try { (0, eval)(bad); texts.push(bad + " gives"); } catch (e) { texts.push(e.name + ": " + e.message + e.stack); } }
    return [texts, (function f(a, b = 1) { return a; }).toString(), Math.max.toString(), class A { #x = 1; }.toString()];`,
  garbage: `
    let collected = 0; for (let n = 0; n < 20000; n++) { const o = { n }; o.self = o; }
    const kept = []; let until; try { for (;;) kept.push({ at: kept.length, text: "x".repeat(100) + kept.length }); } catch (e) { until = [kept.length, e.name, e.message]; kept.length = 0; }
    return [until, typeof WeakRef, typeof FinalizationRegistry, typeof gc, new WeakMap([[{}, 1]]) instanceof WeakMap, collected];`,
  "memory twice": `
    const fill = () => { const kept = []; try { for (;;) kept.push(new Uint8Array(1000 + kept.length)); } catch { return kept.length; } };
    return [fill(), fill()];`,
  depth: `
    const depthOf = (start) => { let depth = 0; const go = start(() => { depth += 1; }); try { go(); } catch (e) { return [depth, e.name, e.message]; } };
    return [
      depthOf((mark) => { const go = () => { mark(); go(); }; return go; }),
      depthOf((mark) => { const go = (a, b, c, ...d) => { mark(); return [1, 2].map(() => go(a, b, c, ...d)); }; return go; }),
      depthOf((mark) => { const o = { get x() { mark(); return this.x; } }; return () => o.x; }),
      depthOf((mark) => { const go = () => { mark(); "a".replace(/a/, go); }; return go; }),
      depthOf((mark) => { const go = () => { mark(); return JSON.stringify({ toJSON: go }); }; return go; }),
      depthOf((mark) => { const go = () => { mark(); new Proxy({}, { get: go }).x; }; return go; }),
    ];`,
  "depth of data": `
    const tried = (make) => { let good = 0; let bad = 200000; while (bad - good > 1) { const n = (good + bad) >> 1; try { make(n); good = n; } catch { bad = n; } } return good; };
    return [tried((n) => JSON.parse("[".repeat(n) + "]".repeat(n))), tried((n) => (0, eval)("(".repeat(n) + "1" + ")".repeat(n))), tried((n) => new RegExp("(".repeat(n) + ")".repeat(n)))];`,
  bytes: `
    const words = new Uint16Array([1, 256, 65535]); const view = new DataView(words.buffer);
    return [[...new Uint8Array(words.buffer)], view.getInt16(0), view.getInt16(0, true), [...new Uint8Array(8)], [1.7, -1.2, NaN, 1e40].map((n) => new Int32Array([n])[0]), NaN | 0, 2 ** 32 >>> 0, -1 >>> 0, Object.is(-0, [-0].indexOf(-0) - 0)];`,
  "large integers":
    "return [(2n ** 521n - 1n) % 1000007n, -7n / 2n, -7n % 2n, BigInt.asIntN(64, 2n ** 63n), BigInt(input.amount) ** 3n, (123n ** 45n).toString(36)].map(String);",
  times: `
    const tried = ["Date()", "new Date", "Date.now()", "performance.now()", "new Intl.DateTimeFormat()", "(1).toLocaleString()", "'a'.localeCompare('b')", "Math.random()", "crypto.randomUUID()", "Temporal.Now", "setTimeout(() => 1)", "structuredClone({})", "process.env", "navigator.language"];
    return tried.map((what) => { try { return String((0, eval)(what)); } catch (e) { return e.name + ": " + e.message; } });`,
  "what is there": "return Object.getOwnPropertyNames(globalThis).sort();",
  promises:
    "const seen = []; Promise.resolve().then(() => seen.push('later')); (async () => { await 1; seen.push('later'); })(); return seen;",
};
