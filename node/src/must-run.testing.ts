/** Do tests run that need a tool? Where it is there; and always where CI is set, so that its absence is a failure and no skip. */
export function mustRun(isHere: boolean): boolean {
  return isHere || process.env["CI"] !== undefined;
}
