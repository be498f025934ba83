import type { SandboxChoice } from "@deed/node";
import { type Finding, finding } from "./finding.ts";

/**
 * Tries the sandboxes as a node would, and says which level it has and what would raise it.
 *
 * @param wishes For example another child than the build's.
 */
export async function checkSandbox(
  environment: NodeJS.ProcessEnv,
  wishes: { readonly bundlePath?: string } = {},
): Promise<readonly Finding[]> {
  // Loaded here: no other part of the command line needs a node's code.
  const { chooseSandbox, DEFAULT_SANDBOX } = await import("@deed/node");
  const choice = await chooseSandbox({
    ...DEFAULT_SANDBOX,
    ...wishes,
    path: environment["PATH"] ?? "",
  });
  await choice.sandbox?.close();
  return sandboxFindings(choice);
}

/** What was chosen, and what holds it to its limits. */
export function sandboxFindings(choice: SandboxChoice): readonly Finding[] {
  const groups = choice.sandbox?.groups;
  return [sandboxFinding(choice), ...(groups === undefined ? [] : [groupsFinding(groups)])];
}

/** How systemd lets a service make groups below its own (systemd.resource-control). */
const DELEGATION =
  "Start the node by `systemd-run --user -p Delegate=yes -p DelegateSubgroup=node …`, or put both into its unit.";

/** Rlimits see no memory that is hidden behind its protection, and count a user's processes, not a container's. */
function groupsFinding(version: 1 | 2 | null): Finding {
  if (version !== null) {
    return finding("control groups", "ok", `version ${version}: runs have some of their own`);
  }
  const detail = "none may be made here: rlimits alone hold the memory of runs";
  return finding("control groups", "warn", detail, DELEGATION);
}

/** Why nothing better was chosen, and the one command that raises the level. */
function sandboxFinding({ sandbox, notTaken }: SandboxChoice): Finding {
  const rest = notTaken
    .map(({ adapter, why, remedy }) => {
      const mend = remedy === null ? "" : ` (${remedy})`;
      return `; ${adapter} not taken: ${why}${mend}`;
    })
    .join("");
  // The last is the one that asks for least: a package before a compiler.
  const raises = notTaken.findLast(({ remedy }) => remedy !== null)?.remedy ?? null;
  if (sandbox === null) return finding("sandbox", "fail", `none works${rest}`, raises);
  const { level, adapter, reason } = sandbox;
  const detail = `${level} by ${adapter}: ${reason}${rest}`;
  if (level !== "process") return finding("sandbox", "ok", detail);
  return finding("sandbox", "warn", detail, raises);
}
