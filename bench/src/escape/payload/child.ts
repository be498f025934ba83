import { writeSync } from "node:fs";
import { BROKER_FD, openChannel, serveJob, type ToChild } from "@deed/node/parts/inside";
import { act, orderOf } from "./act.ts";
import type { Syscall } from "./order.ts";

// In place of the child of adapters that start a process: an honest run for an honest job, else an attack.

const channel = openChannel(BROKER_FD);
const syscall = nativeCode();
channel.write({ type: "ready" });
const job = channel.read() as ToChild | undefined;
const order = orderOf(job);
if (order === null) serveJob(channel, job);
else act(order, { channel, syscall, writeRaw: (bytes) => void writeSync(BROKER_FD, bytes) });

/** Where the sandbox was opened for attacks by native code, or where there is none. */
function nativeCode(): Syscall | null {
  const { DEED_ESCAPE_ADDON: path } = process.env;
  if (path === undefined && !process.execArgv.includes("--allow-addons")) return null;
  const addon = { exports: {} as { readonly syscall: Syscall } };
  process.dlopen(addon, path ?? "/attack.node");
  return addon.exports.syscall;
}
