import type { Sandbox, SandboxAdapter } from "@deed/node/parts";
import {
  type Attack,
  endOf,
  type Finding,
  never,
  noEffects,
  orderJob,
  type Place,
  type Scene,
} from "./attack.ts";
import { honestErrand } from "./attacks/broker.ts";
import { openNativePlace, openNoPlace, openPlace, type Packed } from "./places.ts";
import type { World } from "./world.ts";

export interface Run {
  readonly world: World;
  readonly packed: Packed;
  readonly signal: AbortSignal;
  onFinding(finding: Finding): void;
}

/** Adapters that this machine cannot open, with the reason. */
export interface NotOpened {
  readonly adapter: SandboxAdapter;
  readonly why: string;
}

/** All attacks on one adapter, one after the other; null where it cannot be opened. */
export async function attackAdapter(
  adapter: SandboxAdapter,
  attacks: readonly Attack[],
  run: Run,
): Promise<NotOpened | null> {
  let sandbox: Sandbox;
  try {
    sandbox = await openPlace(adapter, run.packed);
  } catch (error) {
    return { adapter, why: error instanceof Error ? error.message : String(error) };
  }
  const native = lazily(() => openNativePlace(adapter, run.packed));
  try {
    const scene = sceneOf(adapter, sandbox, native.get, run.world);
    for (const attack of attacks) {
      if (run.signal.aborted) break;
      run.onFinding(await findingOf(attack, adapter, scene));
    }
    if (!run.signal.aborted) run.onFinding(await stillWorks(adapter, scene));
  } finally {
    await Promise.all([sandbox.close(), native.close()]);
  }
  return null;
}

/** The same attacks where nothing contains them: each must succeed, or it would prove nothing. */
export async function attackNothing(attacks: readonly Attack[], run: Run): Promise<void> {
  const sandbox = openNoPlace(run.packed);
  for (const attack of attacks) {
    if (run.signal.aborted || attack.uncontained === undefined) continue;
    const scene = sceneOf("none", sandbox, async () => sandbox, run.world);
    const startedMs = performance.now();
    const happened = await endOfAttack(attack, scene);
    run.onFinding({
      ...{ attack: attack.name, adapter: "none", happened },
      expected: `it works: ${attack.uncontained.source}`,
      contained: !attack.uncontained.test(happened),
      ms: Math.round(performance.now() - startedMs),
    });
  }
}

function sceneOf(place: Place, sandbox: Sandbox, native: Scene["native"], world: World): Scene {
  return {
    ...{ place, sandbox, native, world },
    async act(order, argument, wishes = {}) {
      const job = orderJob(order, argument, wishes.limits ?? {});
      const there = wishes.sandbox ?? sandbox;
      return endOf(await there.execute(job, wishes.broker ?? noEffects, never));
    },
  };
}

async function findingOf(attack: Attack, adapter: SandboxAdapter, scene: Scene): Promise<Finding> {
  const startedMs = performance.now();
  const happened = await endOfAttack(attack, scene);
  const ms = Math.round(performance.now() - startedMs);
  const expectation = attack.expected(adapter);
  const line = { attack: attack.name, adapter, happened, ms };
  return "notPromised" in expectation
    ? { ...line, expected: `not promised: ${expectation.notPromised}`, contained: null }
    : { ...line, expected: expectation.by, contained: expectation.is.test(happened) };
}

/** A node that the attack made throw has not contained it. */
async function endOfAttack(attack: Attack, scene: Scene): Promise<string> {
  try {
    return await attack.run(scene);
  } catch (error) {
    return `the node threw ${error instanceof Error ? `${error.name}: ${error.message}` : error}`;
  }
}

/** After everything: an honest request goes through. A place in which nothing works contains nothing. */
async function stillWorks(adapter: SandboxAdapter, scene: Scene): Promise<Finding> {
  const startedMs = performance.now();
  const happened = await honestErrand(scene).catch(String);
  return {
    ...{ attack: "harm-the-node-for-those-who-come-after", adapter, happened },
    expected: "an honest request still goes through",
    contained: happened === 'got "200 inside"',
    ms: Math.round(performance.now() - startedMs),
  };
}

function lazily(open: () => Promise<Sandbox | null>) {
  let opened: Promise<Sandbox | null> | null = null;
  return {
    get: () => {
      opened ??= open();
      return opened;
    },
    close: async () => (await opened)?.close(),
  };
}
