/** Columns as wide as their widest cell; the last one is not padded. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => [...(row[column] ?? "")].length)),
  );
  return all.map((row) => line(row, widths)).join("\n");
}

/** `name: value` lines with the values under each other. */
export function pairs(entries: readonly (readonly [string, string])[]): string {
  const widths = [Math.max(...entries.map(([name]) => name.length + 1)), 0];
  return entries.map(([name, value]) => line([`${name}:`, value], widths)).join("\n");
}

function line(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cell + " ".repeat(Math.max(0, widths[column]! - [...cell].length)))
    .join("  ")
    .trimEnd();
}

/** Seconds since the epoch as a person reads them, UTC. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
