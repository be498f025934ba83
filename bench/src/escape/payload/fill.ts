import { Worker } from "node:worker_threads";
import { type Grab, type LateGrab, Nothing, type Tools } from "./order.ts";

// Attacks on what a run may use: memory and time. Each says how much it got, so that it can be seen to
// work where nothing holds it.

const MEBIBYTE = 1024 * 1024;
const PAGE = 4_096;
const WASM_PAGE = 65_536;

interface WebAssemblyParts {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: { readonly f: () => void } };
}

/** Node's types know it only where the DOM's are; without a compiler it is not there. */
function webAssembly(): WebAssemblyParts {
  const { WebAssembly: parts } = globalThis as unknown as { WebAssembly?: WebAssemblyParts };
  if (parts === undefined) throw new Nothing("no WebAssembly");
  return parts;
}

/** `(func (export "f") (loop (br 0)))` */
const ENDLESS_MODULE = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00, 0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x03, 0x40, 0x0c, 0x00, 0x0b, 0x0b],
]);

function touched(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < bytes.length; at += PAGE) bytes[at] = 1;
  return bytes;
}

function pieces(megabytes: number, make: () => ArrayBufferLike): string {
  const kept: Uint8Array[] = [];
  for (let got = 0; got < megabytes; got += 8) kept.push(touched(new Uint8Array(make())));
  return `${kept.length * 8} MB`;
}

interface Mapping {
  /** Of `mmap` here. */
  readonly number: number;
  readonly megabytes: number;
  readonly flags: number;
}

/** Memory of the kernel's, populated by it. */
function mapped({ number, megabytes, flags }: Mapping, { syscall }: Tools): string {
  if (syscall === null) throw new Nothing("no native code");
  for (let got = 0; got < megabytes; got += 8) {
    const address = syscall(number, 0, 8 * MEBIBYTE, 3, flags, -1, 0);
    if (address < 0)
      throw new Nothing(`error ${-address} with ${got >= 400 ? "too much" : "less"}`);
  }
  return `${megabytes} MB`;
}

export const FILL: { readonly [name: string]: Grab } = {
  heap: (megabytes: number) => {
    const kept: unknown[] = [];
    for (let got = 0; got < megabytes; got += 0.08) kept.push(new Array(10_000).fill(got));
    return `${kept.length} arrays`;
  },
  buffers: (megabytes: number) => pieces(megabytes, () => new ArrayBuffer(8 * MEBIBYTE)),
  shared: (megabytes: number) => pieces(megabytes, () => new SharedArrayBuffer(8 * MEBIBYTE)),
  strings: (megabytes: number) => {
    const kept: string[] = [];
    for (let got = 0; got < megabytes; got += 8) kept.push(`${got}`.padEnd(8 * MEBIBYTE, "x"));
    // A rope takes no memory until somebody looks into it.
    return kept.filter((text) => text.charCodeAt(MEBIBYTE) === 120).length;
  },
  "webassembly-memory": (megabytes: number) => {
    const { Memory } = webAssembly();
    const initial = (8 * MEBIBYTE) / WASM_PAGE;
    return pieces(megabytes, () => new Memory({ initial }).buffer);
  },
  "native-memory": mapped,
  spin: () => {
    for (;;);
  },
  regexp: () => /^(a+)+$/.test(`${"a".repeat(60)}b`),
  "webassembly-spin": () => {
    const { Module, Instance } = webAssembly();
    new Instance(new Module(ENDLESS_MODULE)).exports.f();
  },
  "overflow-stack": () => {
    const deeper = (): number => 1 + deeper();
    return deeper();
  },
};

export const FILL_LATER: { readonly [name: string]: LateGrab } = {
  microtasks: () => {
    const again = (): Promise<void> => Promise.resolve().then(again);
    void again();
  },
  threads: (wanted: number, say) => {
    let online = 0;
    for (let count = 0; count < wanted; count += 1) {
      const thread = new Worker("setInterval(() => undefined, 1e3)", { eval: true });
      thread.on("online", () => {
        online += 1;
        if (online === wanted) say({ got: `${wanted} threads` });
      });
      thread.on("error", (error) => say({ refused: (error as { code?: string }).code ?? "error" }));
    }
  },
};
