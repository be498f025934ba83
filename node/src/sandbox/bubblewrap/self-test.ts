import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { BROKER_FD } from "../broker-fd.ts";
import type { ChildLimits } from "../limit-args.ts";
import { refusedBy, settingOf } from "../refused-by.ts";
import { SandboxUnavailable, type UnavailableReason } from "../sandbox-unavailable.ts";
import { BOX_PIPES, type Box, boxCommand } from "./box.ts";

const TIMEOUT_MS = 15_000;
/** What bubblewrap ends with when the filter ended Node: 128 and the number of SIGSYS. */
const FILTERED = 128 + 31;

/** Says what it sees, then opens a socket, which must be its end. */
const PROBE = `
const fs = require("node:fs");
const attempt = (what) => { try { return String(what()); } catch (error) { return error.code; } };
const seen = {
  pid: process.pid,
  uid: process.getuid(),
  env: Object.keys(process.env).filter((name) => name !== "PWD"),
  root: fs.readdirSync("/").sort(),
  write: attempt(() => fs.writeFileSync("/x", "")),
};
fs.writeSync(${BROKER_FD}, JSON.stringify(seen));
require("node:net").connect(9, "127.0.0.1").on("error", () => undefined);
`;

/** Makes one container and looks from inside whether it is one. @throws SandboxUnavailable */
export async function selfTest(box: Box, limits: ChildLimits): Promise<void> {
  const { exitCode, seen, complaint } = await probe(box, limits);
  if (seen === "") throw new SandboxUnavailable(startFailure(complaint));
  const expected = {
    pid: 1,
    uid: 65_534,
    env: [],
    root: [...new Set(box.files.binds.map(({ to }) => to.split("/")[1]))].sort(),
  };
  const { write, ...place } = JSON.parse(seen) as { readonly write: string };
  if (JSON.stringify(place) !== JSON.stringify(expected)) failed(`inside it is ${seen}`);
  if (write !== "EACCES" && write !== "EROFS") failed(`a file could be written: ${write}`);
  if (exitCode !== FILTERED) failed(`a socket did not end it: exit ${exitCode}`);
}

function failed(detail: string): never {
  throw new SandboxUnavailable({ code: "SELF_TEST_FAILED", detail });
}

async function probe(
  box: Box,
  limits: ChildLimits,
): Promise<{
  readonly exitCode: number | null;
  readonly seen: string;
  readonly complaint: string;
}> {
  const { file, args } = boxCommand(box, limits, null, ["--no-warnings", "-e", PROBE]);
  const child = spawn(file, args, {
    ...{ cwd: "/", env: {}, timeout: TIMEOUT_MS, killSignal: "SIGKILL" },
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
  });
  const pipe = (index: number): unknown => child.stdio[BROKER_FD + 1 + index];
  for (const stream of child.stdio) stream?.on("error", () => undefined);
  (pipe(BOX_PIPES.filter) as Writable).end(box.filter);
  (pipe(BOX_PIPES.gate) as Writable).end("\n");
  (pipe(BOX_PIPES.info) as Readable).resume();
  const ended = once(child, "close") as Promise<[number | null]>;
  const [complaint, seen, [exitCode]] = await Promise.all([
    text(child.stderr as Readable),
    text(child.stdio[BROKER_FD] as Readable),
    ended,
  ]);
  return { exitCode, seen, complaint: complaint.trim().split("\n")[0] ?? "" };
}

const REFUSAL = /namespace|uid map|clone|permission|operation not permitted/i;

function startFailure(complaint: string): UnavailableReason {
  if (!REFUSAL.test(complaint)) return { code: "SELF_TEST_FAILED", detail: complaint };
  return { code: "NAMESPACES_REFUSED", by: refusedBy(settingOf), detail: complaint };
}
