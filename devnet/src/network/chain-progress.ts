/** What a line of the chain's log says to people who wait for it; null for the rest. */
export function chainProgress(line: string): string | null {
  const fields = parse(line);
  switch (fields["message"]) {
    case "Checkpoint loaded":
      return `The chain begins at its checkpoint, block ${fields["block"]} of ${fields["of"]}`;
    case "Checkpoint not used, replaying what it held":
      return `A checkpoint is not used, since ${fields["reason"]}; what it held is replayed`;
    case "Replayed":
      return `Replayed ${fields["replayed"]} of ${fields["total"]} blocks`;
    default:
      return null;
  }
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    // Whatever the runtime itself may say there.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
