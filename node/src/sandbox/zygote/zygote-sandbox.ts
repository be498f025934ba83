import { needsWebAssembly, type Plan } from "@deed/protocol/plan";
import type { CgroupPlace } from "../cgroup/cgroup-place.ts";
import { limitsReason } from "../cgroup/limits-reason.ts";
import { stopped } from "../drive-run.ts";
import type { ChildLimits } from "../limit-args.ts";
import type { EffectHandler, RunJob, RunResult, Sandbox } from "../sandbox.ts";
import { executeOn } from "./execute-on.ts";
import type { ForkServer } from "./fork-server.ts";
import type { ServerKeeper } from "./server-keeper.ts";

export interface ZygoteCollaborators {
  /** Of servers without a compiler: they run what has no scripts. */
  readonly plain: ServerKeeper;
  /** Where the control groups of the runs are made; null where the system lets the node make none. */
  readonly cgroups: CgroupPlace | null;
  /** Opens servers with WebAssembly, when the first script comes. */
  openScripts(): Promise<ServerKeeper>;
}

/** The adapter with a fork server: each run is a clone of a warm V8, in namespaces of its own. */
export class ZygoteSandbox implements Sandbox {
  readonly adapter = "zygote";
  readonly level: "container" | "container-shared";
  readonly #limits: ChildLimits;
  readonly #with: ZygoteCollaborators;
  #scripts: Promise<ServerKeeper> | null = null;
  #isClosed = false;

  /** Use `openZygoteSandbox`, which finds out whether the system can. */
  constructor(
    level: ZygoteSandbox["level"],
    limits: ChildLimits,
    collaborators: ZygoteCollaborators,
  ) {
    this.level = level;
    this.#limits = limits;
    this.#with = collaborators;
  }

  /** Without a server for scripts the others still run. */
  get failed(): Promise<string> {
    return this.#with.plain.lost;
  }

  get groups(): 1 | 2 | null {
    return this.#with.cgroups?.version ?? null;
  }

  get reason(): string {
    const network = this.level === "container" ? "" : ", with one empty network for all";
    const limits = limitsReason(this.#with.cgroups);
    return `a container of its own for each run, cloned by the fork server${network}; ${limits}`;
  }

  async execute(job: RunJob, broker: EffectHandler, signal: AbortSignal): Promise<RunResult> {
    const aborted = stopped({ code: "ABORTED" });
    if (signal.aborted || this.#isClosed) return aborted;
    let server: ForkServer;
    try {
      server = await (await this.#keeperOf(job.plan)).take();
    } catch (error) {
      return stopped({ code: "NO_START", detail: error instanceof Error ? error.message : "" });
    }
    const result = await executeOn(server, this.#limits, job, broker, signal);
    return result.kind === "stopped" && this.#isClosed ? aborted : result;
  }

  /** Ends what runs, too. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const scripts = await this.#scripts?.catch(() => null);
    await Promise.all([this.#with.plain.close(), scripts?.close()]);
    await this.#with.cgroups?.close();
  }

  async #keeperOf(plan: Plan): Promise<ServerKeeper> {
    if (!needsWebAssembly(plan)) return this.#with.plain;
    this.#scripts ??= this.#with.openScripts();
    try {
      return await this.#scripts;
    } catch (error) {
      // The next script tries again.
      this.#scripts = null;
      throw error;
    }
  }
}
