import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import { RunError, type ScriptOutcome } from "@deed/protocol/runtime";

export interface ThreadedScriptsOptions {
  /** The WebAssembly module that runs scripts. */
  readonly module: Uint8Array;
  /** The thread's own code. */
  readonly threadPath: string;
  /** A script that takes longer has no outcome. */
  readonly longestMs: number;
}

/** What the thread is started with. */
export interface ThreadStart {
  readonly module: Uint8Array;
  readonly port: MessagePort;
  /** One number: 1 as soon as an answer is there. */
  readonly answered: Int32Array;
}

/** What it is asked. */
export interface ScriptQuestion {
  readonly source: string;
  readonly input: string;
}

/** What it says. */
export type ScriptAnswer =
  | { readonly kind: "outcome"; readonly outcome: ScriptOutcome }
  | { readonly kind: "unavailable"; readonly detail: string };

// Deep recursions of a script end inside its module; the thread's own stack must not end before.
const STACK_MB = 8;

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly answered: Int32Array;
}

/**
 * Runs scripts on a thread and waits for each: whoever asks is not asynchronous, and only a thread can be ended in the midst
 * of a single operation.
 */
export class ThreadedScripts {
  readonly #options: ThreadedScriptsOptions;
  #thread: Thread | null = null;

  constructor(options: ThreadedScriptsOptions) {
    this.#options = options;
  }

  /** @throws RunError SCRIPT_UNAVAILABLE when it took too long, or the thread could not run it. */
  run(source: string, input: string): ScriptOutcome {
    this.#thread ??= openThread(this.#options);
    const { port, answered } = this.#thread;
    Atomics.store(answered, 0, 0);
    port.postMessage({ source, input } satisfies ScriptQuestion);
    Atomics.wait(answered, 0, 0, this.#options.longestMs);
    const answer = receiveMessageOnPort(port)?.message as ScriptAnswer | undefined;
    if (answer?.kind === "outcome") return answer.outcome;
    this.#end();
    const detail = answer?.detail ?? `no end within ${this.#options.longestMs} ms`;
    throw new RunError({ code: "SCRIPT_UNAVAILABLE", detail });
  }

  #end(): void {
    const ended = this.#thread;
    this.#thread = null;
    ended?.port.close();
    ended?.worker.terminate().catch(() => undefined);
  }
}

function openThread({ module, threadPath }: ThreadedScriptsOptions): Thread {
  const { port1: port, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(threadPath, {
    workerData: { module, port: port2, answered } satisfies ThreadStart,
    transferList: [port2],
    env: {},
    resourceLimits: { stackSizeMb: STACK_MB },
  });
  worker.unref();
  port.unref();
  return { worker, port, answered };
}
