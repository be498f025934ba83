/** How one part of a machine or network was found. `skipped`: nothing asked for it, or it cannot be seen from here. */
export interface Finding {
  readonly name: string;
  readonly result: "ok" | "warn" | "fail" | "skipped";
  readonly detail: string;
  /** What to do about it; null where nothing is to be done. */
  readonly remedy: string | null;
}

export function finding(
  name: string,
  result: Finding["result"],
  detail: string,
  remedy: string | null = null,
): Finding {
  return { name, result, detail, remedy };
}

/** Of several findings; a check that cannot be made is one, too. */
export async function findingsOf(
  name: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [await findingOf(name, () => Promise.reject(error))];
  }
}

/** A check that cannot be made is a finding, too. */
export async function findingOf(name: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return finding(name, "fail", detail, "This check itself failed; the reason stands before.");
  }
}
