import type { ConfigFields } from "./config-fields.ts";

/** What starts containers, and what a run may use at most; an intent may ask for less. */
export interface SandboxConfig {
  /** `auto`: the first that works of zygote, bubblewrap and process. */
  readonly adapter: "auto" | "zygote" | "bubblewrap" | "process";
  /** The node does not start with less. */
  readonly minimumLevel: "process" | "container-shared" | "container";
  /** `shared`: the fork server's containers share one empty network namespace, which is faster. */
  readonly network: "own" | "shared";
  /** JavaScript's heap, and as much again beside it. */
  readonly memoryMb: number;
  readonly cpuSec: number;
  readonly outputBytes: number;
  readonly effects: number;
  readonly effectBytes: number;
  /** Folders to look for programs in, as the environment's `PATH` has them. */
  readonly path: string;
}

export const DEFAULT_SANDBOX: Omit<SandboxConfig, "path"> = {
  adapter: "auto",
  minimumLevel: "process",
  network: "own",
  memoryMb: 96,
  cpuSec: 60,
  outputBytes: 32 * 1024 * 1024,
  effects: 512,
  effectBytes: 8 * 1024 * 1024,
};

const LEAST_MEMORY_MB = 16;
/** What a container says to begin with must fit. */
const LEAST_BYTES = 65_536;

export function sandboxOf(fields: ConfigFields, path: string): SandboxConfig {
  const found = fields.section("sandbox", (section) => ({
    adapter: section.choice(
      "adapter",
      ["auto", "zygote", "bubblewrap", "process"],
      DEFAULT_SANDBOX.adapter,
    ),
    minimumLevel: section.choice(
      "minimumLevel",
      ["process", "container-shared", "container"],
      DEFAULT_SANDBOX.minimumLevel,
    ),
    network: section.choice("network", ["own", "shared"], DEFAULT_SANDBOX.network),
    memoryMb: section.count("memoryMb", LEAST_MEMORY_MB, DEFAULT_SANDBOX.memoryMb),
    cpuSec: section.count("cpuSec", 1, DEFAULT_SANDBOX.cpuSec),
    outputBytes: section.count("outputBytes", LEAST_BYTES, DEFAULT_SANDBOX.outputBytes),
    effects: section.count("effects", 1, DEFAULT_SANDBOX.effects),
    effectBytes: section.count("effectBytes", LEAST_BYTES, DEFAULT_SANDBOX.effectBytes),
  }));
  return { ...DEFAULT_SANDBOX, ...found, path };
}
