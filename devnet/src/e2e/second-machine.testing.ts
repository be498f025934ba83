import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, connect as dial, type Server } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freshBundle } from "@deed/node/bundle";

/** A machine of its own as far as networks go: a network namespace that reaches the chain and nothing else. */
export interface SecondMachine {
  /** Starts a node there. @returns its one line: ready, or why not. */
  startNode(config: unknown): Promise<ReadyLine>;
  close(): Promise<void>;
}

export interface ReadyLine {
  readonly ready?: unknown;
  readonly failed?: unknown;
}

// Sockets with a path reach over namespaces, those of an address do not.
const FORWARD = `
const net = require("node:net");
const [port, path] = process.argv.slice(1);
net.createServer((socket) => {
  const other = net.connect(path);
  socket.pipe(other).pipe(socket);
  for (const one of [socket, other]) one.on("error", () => { socket.destroy(); other.destroy(); });
}).listen(Number(port), "127.0.0.1", () => console.log("open"));
process.stdin.on("end", () => process.exit()).resume();
`;

/** Who is not root is root of a user namespace around it. */
const UNSHARE = process.getuid?.() === 0 ? ["--net"] : ["--user", "--map-root-user", "--net"];

export interface MachineOptions {
  /** For what the machine needs itself. */
  readonly folder: string;
  /** Of the chain on loopback, which is at the same address there. */
  readonly chainPort: number;
}

/** This machine: a node beside those that run. */
export function thisMachine(): SecondMachine {
  return machine((program) => spawn(program[0]!, program.slice(1), { stdio: NODE_STDIO }), []);
}

/** Errors: Error, where the system gives no namespace. */
export async function openSecondMachine(options: MachineOptions): Promise<SecondMachine> {
  const { folder, chainPort } = options;
  const path = join(folder, "chain.sock");
  const bridge = await bridgeTo(chainPort, path);
  const args = [...UNSHARE, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
  const program = [process.execPath, "-e", FORWARD, String(chainPort), path];
  const forward = spawn("unshare", [...args, ...program], { stdio: ["pipe", "pipe", "inherit"] });
  const isOpen = await Promise.race([
    once(createInterface({ input: forward.stdout }), "line").then(() => true),
    once(forward, "close").then(() => false),
  ]);
  if (!isOpen) throw new Error("no network namespace: unshare, ip, and the right to use them");
  const own = process.getuid?.() === 0 ? [] : ["--user", "--preserve-credentials"];
  const enter = ["--target", String(forward.pid), ...own, "--net"];
  return machine(
    (line) => spawn("nsenter", [...enter, ...line], { stdio: NODE_STDIO }),
    [
      () => ended(forward),
      () => new Promise((resolve) => bridge.close(resolve)),
      async () => rmSync(path, { force: true }),
    ],
  );
}

const NODE_STDIO: StdioOptions = ["pipe", "pipe", "ignore"];

function machine(
  run: (program: readonly string[]) => ChildProcess,
  closers: readonly (() => Promise<unknown>)[],
): SecondMachine {
  const nodes: ChildProcess[] = [];
  return {
    startNode: async (config) => {
      const child = run([process.execPath, nodeProgram(), "--config", "-"]);
      nodes.push(child);
      const closed = once(child, "close").then(([code]) => [JSON.stringify({ failed: code })]);
      const line = once(createInterface({ input: child.stdout! }), "line");
      child.stdin!.on("error", () => undefined);
      child.stdin!.write(`${JSON.stringify(config)}\n`);
      const [said] = (await Promise.race([line, closed])) as [string];
      return JSON.parse(said);
    },
    close: async () => {
      await Promise.all(nodes.map(ended));
      for (const close of closers) await close();
    },
  };
}

function bridgeTo(port: number, path: string): Promise<Server> {
  const server = createServer((socket) => {
    const other = dial(port, "127.0.0.1");
    socket.pipe(other).pipe(socket);
    for (const one of [socket, other]) {
      one.on("error", () => {
        socket.destroy();
        other.destroy();
      });
    }
  });
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}

/** They end when their standard input does. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.stdin?.end();
  await closed;
}

function nodeProgram(): string {
  const root = join(createRequire(import.meta.url).resolve("@deed/node/package.json"), "..");
  return freshBundle(join(root, "dist"), "main.js") ?? join(root, "dist", "main.js");
}
