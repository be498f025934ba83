import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a node's process gets of the environment: credentials of a cloud only where its keys are in one. */
export function nodeEnvironment(
  nodeNo: number,
  place: { readonly directory: string; readonly keysFiles?: Readonly<Record<number, string>> },
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const { PATH } = environment;
  const kept = join(place.directory, `node-${nodeNo}`, "keys.json");
  const path = existsSync(kept) ? kept : place.keysFiles?.[nodeNo];
  if (path === undefined || !readFileSync(path, "utf8").includes('"aws-kms"')) return { PATH };
  const wanted = Object.entries(environment).filter(
    ([name]) => name.startsWith("AWS_") || name === "HOME",
  );
  return { PATH, ...Object.fromEntries(wanted) };
}
