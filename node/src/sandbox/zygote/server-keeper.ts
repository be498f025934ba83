import type { ForkServer } from "./fork-server.ts";

export interface KeeperOptions {
  /** A server's memory layout is the same in all its runs: how long one is used at most. */
  readonly renewAfterMs: number;
  /** How long a failed start keeps the next one back. */
  readonly retryAfterMs: number;
}

export interface KeeperCollaborators {
  /** Gives a server that takes runs and has passed the self-test. */
  start(): Promise<ForkServer>;
  /** Milliseconds that never go back. */
  now(): number;
  onTrouble(trouble: ServerTrouble): void;
}

/** What happens to servers and is healed, or tried again. */
export type ServerTrouble =
  /** The one in use has gone, and what ran on it; a new one is being started. */
  | { readonly kind: "died"; readonly detail: string }
  /** A start failed: the one in use stays, if there is one. */
  | { readonly kind: "not-started"; readonly detail: string; readonly hasServer: boolean };

/** Keeps one server up: renewed in time, replaced when it has gone, the old ones closed when their last run has. */
export class ServerKeeper {
  readonly #options: KeeperOptions;
  readonly #with: KeeperCollaborators;
  readonly #open = new Set<ForkServer>();
  #current: ForkServer;
  #starting: Promise<ForkServer> | null = null;
  #failure: { readonly error: Error; readonly atMs: number } | null = null;
  #renew: NodeJS.Timeout | undefined;
  #isClosed = false;
  #lose: (detail: string) => void = () => undefined;
  readonly #lost = new Promise<string>((resolve) => {
    this.#lose = resolve;
  });

  /** @param first A server that takes runs. */
  constructor(options: KeeperOptions, collaborators: KeeperCollaborators, first: ForkServer) {
    this.#options = options;
    this.#with = collaborators;
    this.#current = first;
    this.#adopt(first);
  }

  /** Resolves, with the reason, when the server has gone and no other could be started. */
  get lost(): Promise<string> {
    return this.#lost;
  }

  /** The server that takes the next run. @throws Error When none could be started lately. */
  async take(): Promise<ForkServer> {
    if (!this.#current.isEnded) return this.#current;
    if (this.#isClosed) throw new TypeError("taken from after the end");
    if (this.#starting === null && this.#failure !== null) {
      const { error, atMs } = this.#failure;
      if (this.#with.now() - atMs < this.#options.retryAfterMs) throw error;
    }
    return this.#replace();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#renew);
    await this.#starting?.catch(() => undefined);
    await Promise.all([...this.#open].map((server) => server.close()));
  }

  #replace(): Promise<ForkServer> {
    this.#starting ??= this.#with.start().then(
      (server) => {
        this.#starting = null;
        this.#failure = null;
        const old = this.#current;
        this.#current = server;
        this.#adopt(server);
        void this.#retire(old);
        return server;
      },
      (cause: unknown) => {
        this.#starting = null;
        const error = cause instanceof Error ? cause : new Error(String(cause));
        this.#failure = { error, atMs: this.#with.now() };
        this.#renewIn(this.#options.retryAfterMs);
        this.#tellFailure(error.message);
        throw error;
      },
    );
    return this.#starting;
  }

  #tellFailure(detail: string): void {
    if (this.#isClosed) return;
    const hasServer = !this.#current.isEnded;
    this.#with.onTrouble({ kind: "not-started", detail, hasServer });
    if (!hasServer) this.#lose(detail);
  }

  #adopt(server: ForkServer): void {
    this.#open.add(server);
    void server.ended.then(({ detail }) => {
      this.#open.delete(server);
      if (server !== this.#current || this.#isClosed) return;
      this.#with.onTrouble({ kind: "died", detail });
      // A new one before the next run asks for it.
      this.#renewIn(0);
    });
    this.#renewIn(this.#options.renewAfterMs);
  }

  #renewIn(afterMs: number): void {
    clearTimeout(this.#renew);
    if (this.#isClosed) return;
    const renew = (): void => void this.#replace().catch(() => undefined);
    this.#renew = setTimeout(renew, afterMs).unref();
  }

  async #retire(server: ForkServer): Promise<void> {
    await server.drained();
    await server.close();
  }
}
