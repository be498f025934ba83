import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readArtifact } from "@deed/contracts/artifact";
import type { Hex } from "@deed/protocol/encoding";
import { connectLedger, type Ledger, type Rpc } from "@deed/sdk";
import { createSender, type Sender } from "../network/sender.ts";
import { type Network, startNetwork } from "../network/start-network.ts";
import { type FollowedLedger, followLedger } from "../story/follow-ledger.ts";
import { type StubChain, startStubChain } from "./stub-chain.ts";
import { type StubTargets, startStubTargets } from "./stub-targets.ts";

export interface StageOptions {
  readonly directory: string;
  readonly ledgerChainId: number;
  /** Chains besides the ledger's, and the height at which the stub of each begins. */
  readonly heights: ReadonlyMap<number, number>;
  /** The ledger's chain is brought up to this height before nodes look at it. */
  readonly ledgerHeight: number;
  /** Where stubs of contracts are on the ledger's chain. */
  readonly contracts: readonly Hex[];
  readonly origins: readonly string[];
  /** URLs that do not answer at first. */
  readonly failingFirst: ReadonlySet<string>;
  /** The date at which it begins. */
  readonly beginSec: number;
}

export interface StageParts {
  /** The system's clock. */
  nowMs(): number;
  onProgress(message: string): void;
}

/** A network with stubs of the chains and targets around it, at a date that may be moved forward. */
export class Stage {
  readonly targets: StubTargets;
  readonly #options: StageOptions;
  readonly #parts: StageParts;
  readonly #chains: ReadonlyMap<number, StubChain>;
  readonly #clock: { shiftSec: number };
  #running: Running | null = null;

  private constructor(
    options: StageOptions,
    parts: StageParts,
    around: {
      readonly targets: StubTargets;
      readonly chains: ReadonlyMap<number, StubChain>;
      readonly clock: { shiftSec: number };
    },
  ) {
    this.#options = options;
    this.#parts = parts;
    this.targets = around.targets;
    this.#chains = around.chains;
    this.#clock = around.clock;
  }

  /** Starts stubs, then the network. Errors: NetworkError. */
  static async open(options: StageOptions, parts: StageParts): Promise<Stage> {
    const clock = { shiftSec: shiftTo(options.beginSec, parts) };
    const nowMs = (): number => parts.nowMs() + clock.shiftSec * 1000;
    const { origins, failingFirst, heights } = options;
    const targets = await startStubTargets({ origins, failingFirst });
    const chains = new Map<number, StubChain>();
    for (const [chainId, height] of heights) {
      chains.set(chainId, await startStubChain({ height }, { nowMs }));
    }
    const stage = new Stage(options, parts, { targets, chains, clock });
    try {
      await stage.#start(true);
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** The network's time. */
  nowSec(): number {
    return Math.floor(this.#parts.nowMs() / 1000) + this.#clock.shiftSec;
  }

  get running(): Running {
    if (this.#running === null) throw new TypeError("the network is not running");
    return this.#running;
  }

  /** The stub of a chain that is not the ledger's. */
  chain(chainId: number): StubChain {
    const chain = this.#chains.get(chainId);
    if (chain === undefined) throw new RangeError(`no stub of chain ${chainId}`);
    return chain;
  }

  /** Stops the network and starts it again at a later date. Errors: NetworkError. */
  async travel(toSec: number): Promise<void> {
    await this.#stop();
    this.#clock.shiftSec = Math.max(this.#clock.shiftSec, shiftTo(toSec, this.#parts));
    await this.#start(false);
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.targets.close();
    await Promise.all([...this.#chains.values()].map((chain) => chain.close()));
  }

  async #start(fresh: boolean): Promise<void> {
    const { directory, ledgerChainId, ledgerHeight, contracts } = this.#options;
    const targetCaFile = join(directory, "targets.pem");
    writeFileSync(targetCaFile, this.targets.pem);
    const code = readArtifact("SampleProbe").deployedBytecode;
    const network = await startNetwork(
      {
        directory: join(directory, "network"),
        fresh,
        operators: 7,
        chainId: ledgerChainId,
        clockShiftSec: this.#clock.shiftSec,
        contracts: Object.fromEntries(contracts.map((address) => [address, code])),
        privateOrigins: [],
        otherChains: Object.fromEntries([...this.#chains].map(([id, { url }]) => [id, url])),
        targets: this.targets.places,
        targetCaFile,
      },
      {
        onProgress: this.#parts.onProgress,
        whileStarting: async ({ accounts, rpc }) => {
          const sender = createSender(accounts.owner, { rpc, chainId: ledgerChainId });
          await raiseTo(ledgerHeight, { rpc, sender });
        },
      },
    );
    const { deployment, rpc, accounts } = network;
    const ledger = connectLedger(deployment, { rpc });
    this.#running = {
      network,
      ledger,
      follow: followLedger({ ledger, pollMs: POLL_MS, keep: "all" }),
      sender: createSender(accounts.owner, { rpc, chainId: ledgerChainId }),
    };
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.follow.close();
    await running?.network.close();
  }
}

/** The network between two travels. */
export interface Running {
  readonly network: Network;
  readonly ledger: Ledger;
  readonly follow: FollowedLedger;
  /** Of the workflows' owner. */
  readonly sender: Sender;
}

const POLL_MS = 100;

/** Makes blocks of the embedded chain until it has a height. */
export async function raiseTo(
  height: number,
  { rpc, sender }: { readonly rpc: Rpc; readonly sender: Sender },
): Promise<void> {
  while (Number(await rpc.request<Hex>("eth_blockNumber", [])) < height) {
    await sender.send("a block", { to: sender.address, data: "0x", valueWei: 0n });
  }
}

function shiftTo(dateSec: number, { nowMs }: StageParts): number {
  return Math.floor(dateSec - nowMs() / 1000);
}
