import type { SandboxAdapter } from "@deed/node/parts";
import type { Expectation, NotPromised } from "../attack.ts";

// What the levels promise, as attacks meet it.

export const FILTERED: Expectation = {
  by: "the filter of system calls ends it",
  is: /^died SIGSYS$/,
};
export const DENIED: Expectation = {
  by: "Node's permission model refuses",
  is: /^refused ERR_ACCESS_DENIED$/,
};
export const NO_NETWORK: Expectation = {
  by: "an empty network namespace",
  is: /^refused (ENETUNREACH|EADDRNOTAVAIL|ECONNREFUSED|EINVAL)$/,
};
export const NO_CODE_FROM_TEXT: Expectation = {
  by: "V8 makes no code from text",
  is: /^refused EvalError$/,
};
export const MEMORY_CAP: Expectation = {
  by: "memory cap",
  is: /^(died (SIGABRT|SIGKILL|SIGSEGV|SIGSYS|SIGTRAP|SIGILL|exit (1|5|133|134))|refused (RangeError|ERR_WORKER_OUT_OF_MEMORY))$/,
};
export const WALL_CLOCK: Expectation = { by: "wall clock", is: /^WALL_CLOCK$/ };
export const CPU_TIME: Expectation = { by: "CPU time limit", is: /^died SIG(KILL|XCPU)$/ };
export const OUTPUT_CAP: Expectation = { by: "output cap", is: /^OUTPUT_CAP$/ };
export const NO_FRAME: Expectation = { by: "the node's check of messages", is: /^PROTOCOL / };
export const NATIVE_CODE: NotPromised = {
  notPromised: "native code is held by containers only",
};
export const OTHER_PROCESSES: NotPromised = {
  notPromised: "a process sees the host's other processes",
};

/** What each adapter must do. */
export function each(
  expectations: Readonly<Record<SandboxAdapter, Expectation>>,
): (place: SandboxAdapter) => Expectation {
  return (place) => expectations[place];
}

/** The same by all. */
export function all(expectation: Expectation): (place: SandboxAdapter) => Expectation {
  return () => expectation;
}
