import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeProcess } from "../network/node-process.ts";
import { joinArgs } from "./admission-steps.ts";
import { BOND_WEI, by, type Stage } from "./stage.ts";
import type { Said } from "./steps.ts";

const GENERATION_MS = 60_000;
const MOST_FIRES = 40;

/** From an admitted operator to a node that works. */
export async function workingSteps(stage: Stage): Promise<NodeProcess> {
  const { steps, cwd } = stage;
  await steps.deed(
    "node, sealing key and beacon chain are registered; without coins there is no bond",
    joinArgs(stage),
    {
      exitCode: 6,
      check: ({ error }) => (error.code === "CLI_REVERTED" ? null : JSON.stringify(error)),
    },
  );
  await steps.deed("the status says that the bond is missing", ["node", "status", "node"], {
    check: ({ nodes, next }) =>
      nodes.length === 1 && nodes[0].sealing !== null && next.step === "bond"
        ? null
        : JSON.stringify({ nodes, next }),
    tell: ({ next }) => next.what,
  });
  await noSeatWithoutBond(stage);
  const cold = readFileSync(join(cwd, "cold.json"), "utf8");
  const address = `0x${JSON.parse(cold).address}` as const;
  await steps.take("the operator buys coins", async () => {
    await stage.fund(address, BOND_WEI);
    return { ok: true, found: `${BOND_WEI} wei` };
  });
  await steps.deed("it deposits the bond, and its configuration is written", joinArgs(stage), {
    check: ({ next, steps: found }) =>
      next.step === "seat" && found.find((one: Said) => one.step === "bond").state === "done"
        ? null
        : JSON.stringify(next),
    tell: ({ nodeNo, next }) => `node ${nodeNo}; ${next.what}`,
  });
  let node: NodeProcess | null = null;
  await steps.take("the node starts from that configuration", async () => {
    node = await stage.startNode();
    return { ok: true, found: `process ${node.pid}, ${node.apiUrl}, ${node.sandbox}` };
  });
  await openGeneration(stage, "a generation opens that has it");
  await steps.deed("it has a seat", ["node", "join", "node", "--wait", "60"], {
    check: ({ done }) => (done === true ? null : "not done"),
    tell: ({ steps: found }) => found.at(-1).what,
  });
  await works(stage);
  if (node === null) throw new TypeError("no node");
  return node;
}

/** Anyone may, once the current one is old enough and the set has changed. */
export async function openGeneration({ steps }: Stage, step: string): Promise<void> {
  const open = ["gov", "call", "registry.openGeneration", ...by("member-1")];
  await steps.untilDeed(step, open, {
    exitCode: [0, 6],
    // A node that was faster leaves nothing to change.
    check: ({ state, error }) =>
      state === "sent" || error?.message.includes("SetUnchanged") ? null : JSON.stringify(error),
    tell: ({ txHash }) => txHash ?? "a node was faster",
    limitMs: GENERATION_MS,
  });
}

async function noSeatWithoutBond({ steps }: Stage): Promise<void> {
  const open = ["gov", "call", "registry.openGeneration", "--dry-run", ...by("member-1")];
  await steps.untilDeed("without a bond, no generation would give it a seat", open, {
    exitCode: 6,
    check: ({ simulation }) =>
      simulation.reason?.includes("SetUnchanged") ? null : JSON.stringify(simulation),
    tell: ({ simulation }) => simulation.reason,
    limitMs: GENERATION_MS,
  });
}

async function works(stage: Stage): Promise<void> {
  const { steps, cwd, echo, network } = stage;
  writeFileSync(
    join(cwd, "work.yaml"),
    `deed: v1
name: work
on: { manual: {} }
expires: 2100-01-01T00:00:00Z
limits: { executions: 1000, duration: 10s }
steps:
  - id: send
    http: { method: PUT, url: "${echo.url}/in", body: { input: "\${input}" } }
`,
  );
  const secrecy = ["--passphrase-file", "pw"];
  await steps.deed("an owner makes a key", [
    "keystore",
    "new",
    "owner.json",
    "--cheap",
    ...secrecy,
  ]);
  const owner = ["--keystore", "owner.json", ...secrecy];
  const { intentHash } = await steps.deed("the owner signs a workflow", [
    "sign",
    "work.yaml",
    ...owner,
  ]);
  await steps.deed("and registers it", ["submit", "work.signed.json"]);
  const nodeNo = network.nodes.length + 1;
  let found: Said = null;
  for (let fire = 1; found === null && fire <= MOST_FIRES; fire += 1) {
    const args = ["fire", intentHash, "--input", `{"fire":${fire}}`, "--wait", ...owner];
    const { executionId } = await steps.deed(`fire ${fire} is executed and verified`, args, {
      check: ({ state }) => (state === "final" ? null : state),
    });
    const said = await steps.deed(`who had a part in fire ${fire}`, ["show", executionId], {
      tell: (detail) => `executor ${detail.holderNode}, seats ${seatsOf(detail).join(" ")}`,
    });
    if (said.holderNode === nodeNo || seatsOf(said).includes(nodeNo)) found = said;
  }
  await steps.take("the new node had a part in a verified run", async () => ({
    ok: found !== null,
    found: found === null ? `in none of ${MOST_FIRES}` : `execution ${found.executionId}`,
  }));
  const { anchor } = await steps.deed("the run is exported", [
    "export",
    found.executionId,
    "-o",
    "run.json",
  ]);
  const known = ["--block-hash", anchor.hash, "--deployment", ".deed/network.json"];
  await steps.deed("and proven offline", ["verify", "run.json", ...known]);
}

function seatsOf(detail: Said): readonly number[] {
  return (detail.verdicts ?? []).map((one: Said) => one.nodeNo);
}
