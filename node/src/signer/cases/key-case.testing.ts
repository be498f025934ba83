/** One thing that must not succeed, played for real. */
export interface KeyCase {
  readonly group: "extraction" | "equivocation" | "tail-cut" | "restore" | "double-start";
  readonly name: string;
  /** What the refusal must be; a control names what must succeed. */
  readonly expected: string;
  readonly play: () => Promise<string>;
}

export interface PlayedCase {
  readonly case: string;
  readonly passed: boolean;
  readonly expected: string;
  readonly got: string;
}

export async function playCase({ group, name, expected, play }: KeyCase): Promise<PlayedCase> {
  const title = `${group}: ${name}`;
  try {
    const got = await play();
    return { case: title, passed: expected.split(" or ").includes(got), expected, got };
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    return { case: title, passed: false, expected, got };
  }
}
