import { expect, test, vi } from "vitest";
import type { ForkServer } from "./fork-server.ts";
import { ServerKeeper, type ServerTrouble } from "./server-keeper.ts";

/** A server without a process, whose end and last run are the test's to say. */
class FakeServer {
  isEnded = false;
  isClosed = false;
  #end: () => void = () => undefined;
  #drain: () => void = () => undefined;
  readonly ended = new Promise<{ readonly detail: string }>((resolve) => {
    this.#end = () => resolve({ detail: "killed" });
  });
  readonly #drained = new Promise<void>((resolve) => {
    this.#drain = resolve;
  });

  drained(): Promise<void> {
    return this.#drained;
  }
  lastRunEnds(): void {
    this.#drain();
  }
  die(): void {
    this.isEnded = true;
    this.#end();
  }
  async close(): Promise<void> {
    this.isClosed = true;
    this.die();
  }
}

interface Kept {
  readonly keeper: ServerKeeper;
  readonly servers: FakeServer[];
  /** Fails the starts from here on, or no longer. */
  failWith(error: Error | null): void;
  readonly starts: () => number;
  readonly troubles: readonly ServerTrouble[];
}

function keep(options = { renewAfterMs: 60_000, retryAfterMs: 1_000 }): Kept {
  const servers = [new FakeServer()];
  let failure: Error | null = null;
  let starts = 0;
  const start = async (): Promise<ForkServer> => {
    starts += 1;
    if (failure !== null) throw failure;
    servers.push(new FakeServer());
    return servers.at(-1) as unknown as ForkServer;
  };
  const first = servers[0] as unknown as ForkServer;
  const troubles: ServerTrouble[] = [];
  const onTrouble = (trouble: ServerTrouble): void => void troubles.push(trouble);
  const keeper = new ServerKeeper(options, { start, now: () => Date.now(), onTrouble }, first);
  return {
    ...{ keeper, servers, troubles, starts: () => starts },
    failWith: (error) => {
      failure = error;
    },
  };
}

const clocked = (body: () => Promise<void>) => async (): Promise<void> => {
  vi.useFakeTimers();
  try {
    await body();
  } finally {
    vi.useRealTimers();
  }
};

test(
  "a server is renewed in time, and the old one closed when its last run has ended",
  clocked(async () => {
    const { keeper, servers } = keep();
    expect(await keeper.take()).toBe(servers[0]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await keeper.take()).toBe(servers[1]);
    expect(servers[0]?.isClosed).toBe(false);
    servers[0]?.lastRunEnds();
    await vi.advanceTimersByTimeAsync(0);
    expect(servers[0]?.isClosed).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await keeper.take()).toBe(servers[2]);
    await keeper.close();
    expect(servers.map(({ isClosed }) => isClosed)).toEqual([true, true, true]);
  }),
);

test(
  "a server that dies is replaced before anybody asks",
  clocked(async () => {
    const { keeper, servers, troubles } = keep();
    servers[0]?.die();
    await vi.advanceTimersByTimeAsync(0);
    expect(servers).toHaveLength(2);
    expect(await keeper.take()).toBe(servers[1]);
    await keeper.close();
    // Its own end is no trouble.
    expect(troubles).toEqual([{ kind: "died", detail: "killed" }]);
  }),
);

test(
  "starts that fail are told to those who ask, and tried again by and by",
  clocked(async () => {
    const { keeper, servers, failWith, starts, troubles } = keep();
    failWith(new RangeError("no namespaces"));
    servers[0]?.die();
    await vi.advanceTimersByTimeAsync(0);
    expect(starts()).toBe(1);
    expect(await keeper.lost).toBe("no namespaces");
    expect(troubles.at(-1)).toEqual({
      ...{ kind: "not-started", detail: "no namespaces", hasServer: false },
    });
    await expect(keeper.take()).rejects.toThrow("no namespaces");
    expect(starts()).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(starts()).toBe(2);
    failWith(null);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await keeper.take()).toBe(servers[1]);
    await keeper.close();
  }),
);

test(
  "a renewal that fails is told, and keeps the server that works",
  clocked(async () => {
    const { keeper, servers, failWith, starts, troubles } = keep();
    failWith(new RangeError("no memory"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(starts()).toBe(1);
    expect(await keeper.take()).toBe(servers[0]);
    expect(servers[0]?.isClosed).toBe(false);
    expect(troubles).toEqual([{ kind: "not-started", detail: "no memory", hasServer: true }]);
    failWith(null);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await keeper.take()).toBe(servers[1]);
    await keeper.close();
  }),
);

test(
  "after its end it starts nothing",
  clocked(async () => {
    const { keeper, servers, starts } = keep();
    await keeper.close();
    expect(servers[0]?.isClosed).toBe(true);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(starts()).toBe(0);
  }),
);
