import { dirname, join } from "node:path";
import {
  becomeServer,
  probe,
  runChannel,
  serveJob,
  serverScripts,
  type ToChild,
} from "@deed/node/parts/inside";
import { act, orderOf } from "./act.ts";
import type { Syscall } from "./order.ts";

// In place of the fork server's code: runs are honest for honest jobs, else attacks, by native code, too.

const addon = { exports: {} as { readonly syscall: Syscall } };
process.dlopen(addon, join(dirname(process.argv[1] ?? ""), "attack.node"));
const { syscall } = addon.exports;
// As the node's own does: a run may open no file.
const scripts = serverScripts();
const zygote = becomeServer(() => undefined);
try {
  const channel = runChannel(zygote);
  const job = channel.read() as ToChild | undefined;
  const order = orderOf(job);
  if (job?.type === "probe") probe();
  else if (order === null) serveJob(channel, job, scripts);
  else {
    act(order, { channel, syscall, writeRaw: null });
    while (channel.read() !== undefined);
  }
  zygote.exit(0);
} catch {
  zygote.exit(1);
}
