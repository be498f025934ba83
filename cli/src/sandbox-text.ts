import type { ExecutionDetail } from "@deed/sdk";

const LEVELS: { readonly [level: string]: string } = {
  process: "process, not a container",
  containerSharedNet: "container, with one empty network for all",
  container: "container",
};

/** How a run was kept apart, as its executor recorded it; null before that. */
export function sandboxText({
  sandbox,
  adapter,
}: Pick<ExecutionDetail, "sandbox" | "adapter">): string | null {
  if (sandbox === null) return null;
  const level = LEVELS[sandbox] ?? sandbox;
  const isSaid = adapter === null || adapter === "unstated" || adapter === sandbox;
  return isSaid ? level : `${level}, by ${adapter}`;
}
