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
): Promise<Finding> {
  // Loaded here: no other part of the command line needs a node's code.
  const { chooseSandbox, DEFAULT_SANDBOX } = await import("@deed/node");
  const choice = await chooseSandbox({
    ...DEFAULT_SANDBOX,
    ...wishes,
    path: environment["PATH"] ?? "",
  });
  await choice.sandbox?.close();
  return sandboxFinding(choice);
}

/** What was chosen, why nothing better was, and the one command that raises the level. */
export function sandboxFinding({ sandbox, notTaken }: SandboxChoice): Finding {
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
