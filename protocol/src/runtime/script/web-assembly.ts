// The part of the WebAssembly interface that a script needs. Engines of Node and of browsers have it; the standard
// library's types of this package do not.

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export type WasmImports = {
  readonly [module: string]: { readonly [name: string]: (...args: number[]) => number };
};

export interface WasmEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: WasmImports) => { readonly exports: object };
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => WasmMemory;
  readonly RuntimeError: new (message?: string) => Error;
}

/** The host's WebAssembly; null where it has none, for example under `--jitless`. */
export function hostWasm(): WasmEngine | null {
  return (globalThis as { readonly WebAssembly?: WasmEngine }).WebAssembly ?? null;
}
