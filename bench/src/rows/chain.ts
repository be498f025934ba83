import { type SpawnOptions, spawnChain } from "@deed/devnet";
import type { Hex } from "@deed/protocol/encoding";
import { createRpc, type Rpc } from "@deed/sdk";
import { type NativeAccount, openAccount } from "../measure/native-account.ts";
import { closedLoop, rateOf } from "../measure/timing.ts";
import type { Figure, RowContext } from "../row.ts";

const CHAIN_ID = 31_337;
const SENDERS = 64;
const TRANSFER_GAS = 21_000n;

/** The embedded chain alone: empty transfers, each acknowledged by its block; and how the chain starts again. */
export async function chain(context: RowContext): Promise<readonly Figure[]> {
  const transfers = await ofTransfers(context);
  const { directory, say } = context;
  say("Starting the chain again, from its checkpoint and from its first block");
  // The first one finds what the end of the load has left; the second leaves that alone.
  const quick = await startMs({ directory, checkpointBlocks: 1 });
  const whole = await startMs({ directory, verifyJournal: true });
  const { blocks } = whole;
  return [
    ...transfers,
    startFigure("start from a checkpoint", quick.ms, { blocks, replayed: blocks - quick.from }),
    startFigure("start with a full replay", whole.ms, { blocks, replayed: blocks }),
  ];
}

interface Start {
  readonly ms: number;
  readonly blocks: number;
  /** The checkpoint's block. */
  readonly from: number;
}

/** A start of the chain that the load has left, until it answers. */
async function startMs(options: SpawnOptions): Promise<Start> {
  let from = 0;
  const onLog = (line: string): void => {
    const { message, block } = JSON.parse(line) as { message?: string; block?: number };
    if (message === "Checkpoint loaded") from = block ?? 0;
  };
  const startedMs = performance.now();
  const spawned = await spawnChain({ ...options, chainId: CHAIN_ID }, { onLog });
  try {
    const ms = performance.now() - startedMs;
    const head = await createRpc({ url: spawned.rpcUrl }, { fetch }).request<Hex>(
      "eth_blockNumber",
      [],
    );
    return { ms, blocks: Number(head), from };
  } finally {
    await spawned.close();
  }
}

function startFigure(what: string, ms: number, detail: Figure["detail"] & object): Figure {
  const none = { p50: null, p99: null, batchSize: null, goal: null };
  return { what, value: Math.round(ms), unit: "ms", samples: 1, ...none, detail };
}

async function ofTransfers(context: RowContext): Promise<readonly Figure[]> {
  const { seconds, directory, signal } = context;
  const spawned = await spawnChain({ directory, chainId: CHAIN_ID });
  try {
    const rpc = createRpc({ url: spawned.rpcUrl }, { fetch });
    const accounts = await Promise.all(Array.from({ length: SENDERS }, () => openAccount()));
    const senders = accounts.map((account) => senderOf(account, rpc));
    const send = (lane: number): Promise<void> => senders[lane]!();
    const single = rateOf(await closedLoop({ inFlight: 1, seconds: seconds / 2, signal }, send));
    const many = rateOf(
      await closedLoop({ inFlight: SENDERS, seconds: seconds / 2, signal }, send),
    );
    return [
      {
        what: "acknowledgement, one at a time",
        ...{ value: single.ms.p50, unit: "ms", batchSize: 1, goal: null },
        ...{ p50: single.ms.p50, p99: single.ms.p99, samples: single.ms.samples },
      },
      {
        what: `transactions, ${SENDERS} in flight`,
        ...{ value: many.perSecond, unit: "1/s", batchSize: null, goal: null },
        ...{ p50: many.ms.p50, p99: many.ms.p99, samples: many.ms.samples },
      },
    ];
  } finally {
    await spawned.close();
  }
}

/** Sends the account's next empty transfer to itself. */
function senderOf(account: NativeAccount, rpc: Rpc): () => Promise<void> {
  let nonce = 0;
  return async () => {
    const raw = account.signTransaction({
      chainId: CHAIN_ID,
      nonce,
      to: account.address,
      gas: TRANSFER_GAS,
      maxFeePerGas: 0n,
      maxPriorityFeePerGas: 0n,
    });
    nonce += 1;
    await rpc.request<Hex>("eth_sendRawTransaction", [raw]);
  };
}
