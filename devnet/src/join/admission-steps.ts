import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { killDeed } from "./deed-process.ts";
import { by, type Stage } from "./stage.ts";
import type { Said } from "./steps.ts";

const MEMBERS = [1, 2, 3];
const TIMELOCK_MS = 30_000;

/** How `deed node join` is called by an operator who begins. */
export function joinArgs({ ports }: Stage): readonly string[] {
  return [
    ...["node", "join", "node", "--name", "Eighth", "--region", "eu", "--provider", "own"],
    ...["--endpoint", `https://127.0.0.1:${ports.peer}`, "--vetting", "papers.txt"],
    ...["--base-config", "base.json", "--cheap", ...by("cold")],
  ];
}

/** From nothing to an admitted operator; and one time rejected. */
export async function admissionSteps(stage: Stage): Promise<void> {
  const { steps } = stage;
  const secrecy = ["--passphrase-file", "pw", "--cheap"];
  await steps.deed("the operator makes its cold key", ["keystore", "new", "cold.json", ...secrecy]);
  for (const member of MEMBERS) {
    const args = ["keystore", "embedded", `council-${member}`, `member-${member}.json`, ...secrecy];
    await steps.deed(`member ${member} of the council takes its key`, args);
  }
  await killedAndResumed(stage);
  await rejected(stage);
  await accepted(stage);
}

async function killedAndResumed(stage: Stage): Promise<void> {
  const { steps, cwd } = stage;
  const keystore = join(cwd, "node", "signer", "keystore.json");
  await steps.take("the operator begins to join, and its command is killed", async () => {
    await killDeed(joinArgs(stage), cwd, () => existsSync(join(cwd, "node", "join.json")));
    const found = `killed; the keystore is ${existsSync(keystore) ? "there" : "not there yet"}`;
    return { ok: existsSync(join(cwd, "node", "join.json")), found };
  });
  await steps.deed("it joins again and applies", joinArgs(stage), {
    check: ({ next, operatorNo }) =>
      next?.step === "admission" && next.who === "council" && operatorNo === null
        ? null
        : `not the council's turn: ${JSON.stringify(next)}`,
    tell: ({ next }) => `${next.who}: ${next.command}`,
  });
  const keys = readFileSync(keystore, "utf8");
  await steps.deed("a third run changes nothing", joinArgs(stage), {
    check: () => (readFileSync(keystore, "utf8") === keys ? null : "other keys"),
    tell: ({ next }) => `still ${next.step}`,
  });
}

const propose = (reason: string): readonly string[] => [
  ...["gov", "propose", "--file", "node/application.json", "--reason", reason],
];

async function rejected({ steps }: Stage): Promise<void> {
  await steps.deed("a key that is no member's may not propose", [...propose("me"), ...by("cold")], {
    exitCode: 6,
    check: ({ error }) => (error.code === "CLI_WRONG_KEY" ? null : error.code),
  });
  await steps.deed("member 1 looks at what the proposal would do", [...propose("x"), "--dry-run"], {
    check: ({ lines, simulation }) =>
      lines.some((line: string) => line.startsWith("propose: registry.admit(cold: 0x")) &&
      simulation.kind === "works"
        ? null
        : JSON.stringify({ lines, simulation }),
    tell: ({ lines }) => lines.at(-2),
  });
  await steps.deed("member 1 proposes", [...propose("known to us"), ...by("member-1")]);
  await steps.deed(
    "one vote of three does not reach the timelock",
    ["gov", "queue", "1", ...by("cold")],
    {
      exitCode: 6,
      check: ({ error }) => (error.message.includes("WrongState") ? null : error.message),
    },
  );
  for (const member of [2, 3]) {
    const args = [
      "gov",
      "object",
      "1",
      "--reason",
      "papers are missing",
      ...by(`member-${member}`),
    ];
    await steps.deed(`member ${member} objects`, args);
  }
  await steps.deed("it is rejected, and nobody is admitted", ["node", "status", "node"], {
    check: ({ operatorNo, proposal, next }) =>
      operatorNo === null && proposal.state === "rejected" && next.who === "council"
        ? null
        : JSON.stringify({ operatorNo, next }),
    tell: ({ next }) => next.what,
  });
}

async function accepted({ steps, network }: Stage): Promise<void> {
  await steps.deed("member 2 proposes it again", [
    ...propose("papers are complete"),
    ...by("member-2"),
  ]);
  await steps.deed("the status names who has not voted", ["gov", "status", "2"], {
    check: ({ votes, next }) =>
      votes.silent.length === 2 && next.who === "council" && next.members.length === 2
        ? null
        : JSON.stringify({ votes, next }),
    tell: ({ next }) => next.what,
  });
  const approve = ["gov", "approve", "2", "--reason", "I looked at the papers", ...by("member-3")];
  await steps.deed("member 3 approves", approve);
  await steps.deed("anyone hands it to the timelock", ["gov", "queue", "2", ...by("cold")]);
  await steps.untilDeed(
    "anyone executes it once it has waited",
    ["gov", "execute", "2", ...by("cold")],
    {
      limitMs: TIMELOCK_MS,
    },
  );
  const operators = network.nodes.length;
  await steps.deed("the operator is admitted", ["node", "status", "node"], {
    check: (said: Said) =>
      said.operatorNo === operators + 1 ? null : `operator ${String(said.operatorNo)}`,
    tell: ({ operatorNo, next }) => `operator ${operatorNo}; next: ${next.what}`,
  });
}
