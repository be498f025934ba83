import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import type { Network } from "../network/start-network.ts";
import { BOND_WEI, by, type Stage } from "./stage.ts";
import { openGeneration } from "./working-steps.ts";

export interface LeavingParts {
  endNode(): Promise<void>;
  /** Ends the network and starts it again at a date after the unbonding. */
  later(): Promise<Network>;
}

/** Out again, with the bond. */
export async function leavingSteps(stage: Stage, parts: LeavingParts): Promise<void> {
  const { steps, cwd, network } = stage;
  const exit = ["node", "exit", "node", ...by("cold")];
  const operatorNo = network.nodes.length + 1;
  const look = [...exit, "--dry-run"];
  await steps.deed("the operator looks at what an exit would do", look, {
    check: ({ acts }) => (acts[0]?.function === "requestExit" ? null : JSON.stringify(acts)),
    tell: ({ acts }) => acts[0].simulation.kind,
  });
  await steps.deed("it requests the exit, and keeps its seat until the next generation", exit, {
    check: ({ next, acts }) =>
      acts[0]?.state === "sent" && next !== null ? null : JSON.stringify(next),
    tell: ({ next }) => next.what,
  });
  await openGeneration(stage, "a generation opens without it");
  await steps.untilDeed(
    "its seat is gone; the bond still answers for the past",
    ["node", "status", "node"],
    {
      check: ({ next }) => (next.step === "unbonding" ? null : JSON.stringify(next)),
      tell: ({ next }) => next.what,
      limitMs: 90_000,
    },
  );
  const early = ["gov", "call", "registry.withdrawBond", String(operatorNo), ...by("cold")];
  await steps.deed("before its time the bond is not paid out", early, {
    exitCode: 6,
    check: ({ error }) => (error.message.includes("NotYet") ? null : error.message),
  });
  let after = network;
  await steps.take("the unbonding passes", async () => {
    await parts.endNode();
    after = await parts.later();
    return { ok: true, found: "the network was started again at a later date" };
  });
  await steps.untilDeed("the bond is withdrawn", exit, {
    check: ({ done }) => (done === true ? null : "not done"),
    tell: ({ acts }) => acts.map((one: { txHash: string }) => one.txHash).join(" "),
    limitMs: 60_000,
  });
  await steps.take("it is back with the operator, and the operator is out", async () => {
    const { address } = JSON.parse(readFileSync(join(cwd, "cold.json"), "utf8"));
    const params = [`0x${address}`, "latest"];
    const wei = BigInt(await after.rpc.request<Hex>("eth_getBalance", params));
    return { ok: wei === BOND_WEI, found: `${wei} wei` };
  });
}
