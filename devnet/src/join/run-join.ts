import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEcho } from "../echo/echo-server.ts";
import { freePorts } from "../network/free-port.ts";
import { spawnNode } from "../network/node-process.ts";
import { createSender } from "../network/sender.ts";
import { type Network, startNetwork } from "../network/start-network.ts";
import { admissionSteps } from "./admission-steps.ts";
import { leavingSteps } from "./leaving-steps.ts";
import { PARAMETERS, type Stage, UNBONDING_SEC } from "./stage.ts";
import { type JoinStep, StepFailed, StepTaker } from "./steps.ts";
import { workingSteps } from "./working-steps.ts";

export interface JoinStoryOptions {
  /** Empty; network and operator live there. */
  readonly directory: string;
}

export interface JoinStoryParts {
  nowMs(): number;
  onStep(step: JoinStep): void;
  onProgress(message: string): void;
}

const OPERATORS = 7;
/** Plays the whole story. @returns the steps that were taken; the last one failed when it ended early. */
export async function runJoin(
  options: JoinStoryOptions,
  parts: JoinStoryParts,
): Promise<readonly JoinStep[]> {
  const { directory } = options;
  const cwd = join(directory, "desk");
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, "pw"), "a passphrase of this story\n", { mode: 0o600 });
  writeFileSync(join(cwd, "papers.txt"), "What the council looked at before it voted.\n");
  const steps = new StepTaker({ cwd, nowMs: parts.nowMs, onStep: parts.onStep });
  const echo = await startEcho({ port: 0 }, {});
  const open: Closable[] = [echo];
  try {
    const start = (clockShiftSec: number): Promise<Network> =>
      startNetwork(
        {
          directory: join(cwd, ".deed"),
          fresh: false,
          operators: OPERATORS,
          parameters: PARAMETERS,
          privateOrigins: [echo.url],
          clockShiftSec,
        },
        { onProgress: parts.onProgress },
      );
    const network = await start(0);
    open.push(network);
    const stage = await stageOf({ steps, cwd, network, echo, open });
    await admissionSteps(stage);
    const node = await workingSteps(stage);
    await leavingSteps(stage, {
      endNode: () => node.close(),
      later: async () => {
        open.splice(open.indexOf(network), 1);
        await network.close();
        const after = await start(UNBONDING_SEC + 600);
        open.push(after);
        // A block of the later date: a chain that rests stands still.
        const { rpc, accounts, deployment } = after;
        const founder = createSender(accounts.deployer, { rpc, chainId: deployment.chainId });
        const to = accounts.deployer.address;
        await founder.send("a block", { to, data: "0x", valueWei: 0n });
        return after;
      },
    });
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  } finally {
    parts.onProgress("Ending the network");
    for (const one of open.reverse()) await one.close();
  }
  return steps.steps;
}

interface Closable {
  close(): Promise<void>;
}

async function stageOf(
  given: Pick<Stage, "steps" | "cwd" | "network" | "echo"> & { readonly open: Closable[] },
): Promise<Stage> {
  const { cwd, network, echo } = given;
  const [peer, api] = (await freePorts(2)) as [number, number];
  const base = {
    wsUrl: network.wsUrl,
    peers: { host: "127.0.0.1", port: peer },
    api: { host: "127.0.0.1", port: api },
    fees: { kind: "free" },
    privateOrigins: [echo.url],
    exitWithParent: true,
    log: { level: "info", file: join(cwd, "node.log") },
  };
  writeFileSync(join(cwd, "base.json"), JSON.stringify(base, null, 2));
  const founder = createSender(network.accounts.deployer, {
    rpc: network.rpc,
    chainId: network.deployment.chainId,
  });
  return {
    ...given,
    ports: { peer, api },
    fund: async (to, wei) => {
      await founder.send("coins", { to, data: "0x", valueWei: wei });
    },
    startNode: async () => {
      const path = join(cwd, "node", "node.json");
      if (!existsSync(path)) throw new TypeError("no configuration of the new node");
      const config = JSON.parse(readFileSync(path, "utf8"));
      const waiting = spawnNode();
      given.open.push(waiting);
      return waiting.start({ nodeNo: config.nodeNo, directory: join(cwd, "node"), config });
    },
  };
}
