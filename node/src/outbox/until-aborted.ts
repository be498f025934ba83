/** The promise's outcome, or the signal's reason if that comes first. Leaves no listener behind. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    const leave = (): void => signal.removeEventListener("abort", onAbort);
    promise.then(resolve, reject).finally(leave);
  });
}
