import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
} from "node:fs";
import inspector from "node:inspector";
import { connect, createServer, type NetConnectOpts } from "node:net";
import { runInNewContext } from "node:vm";
import { BROKER_FD } from "@deed/node/parts/inside";
import { type Grab, type LateGrab, Nothing, refusalOf, type Say } from "./order.ts";

// Attacks on what lies outside: files, processes, the network, programs.

const MOST_FDS = 256;
const NULL_DEVICE = 0x103;

/** What `child_process` itself calls. */
interface SpawnBinding {
  spawn(options: object): { readonly error?: number };
}

interface Victim {
  readonly pid: number;
}

/** The first that works; else the last refusal. */
function firstOf<Item, Gain>(items: readonly Item[], take: (item: Item) => Gain): Gain {
  let last: unknown = new Nothing("nothing to try");
  for (const item of items) {
    try {
      return take(item);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

function succeeded({ error }: { readonly error?: Error | undefined }): string {
  if (error !== undefined) throw error;
  return "started";
}

export const REACH: { readonly [name: string]: Grab } = {
  "read-files": (paths: readonly string[]) =>
    firstOf(paths, (path) => `${path}: ${readFileSync(path, "utf8").slice(0, 20)}`),
  "list-files": (paths: readonly string[]) => firstOf(paths, (path) => readdirSync(path).length),
  "write-files": (paths: readonly string[]) =>
    firstOf(paths, (path) => {
      writeFileSync(path, "hostile");
      return path;
    }),
  environment: (secret: string) => {
    const names = Object.keys(process.env).filter((name) => name !== "PWD");
    if (names.length === 0) throw new Nothing("no environment");
    return process.env[secret] ?? names;
  },
  "see-processes": () => {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    if (pids.length === 0) throw new Nothing("no process");
    return pids.length;
  },
  "signal-process": ({ pid }: Victim) => process.kill(pid, "SIGTERM"),
  "signal-parent": () => {
    if (process.ppid === 0) throw new Nothing("no parent");
    return process.kill(process.ppid, 0);
  },
  "read-memory": ({ pid }: Victim) => {
    const memory = openSync(`/proc/${pid}/mem`, "r");
    closeSync(memory);
    return "opened";
  },
  "inherited-descriptors": () => {
    const found: string[] = [];
    let last: unknown = new Nothing("none open");
    for (let fd = 0; fd < MOST_FDS; fd += 1) {
      try {
        const stat = fstatSync(fd);
        const isNull = stat.isCharacterDevice() && stat.rdev === NULL_DEVICE;
        const leads = stat.isFile() || stat.isDirectory() || stat.isSocket();
        if (fd !== BROKER_FD && (leads || (stat.isCharacterDevice() && !isNull))) {
          found.push(`${fd}: ${readSome(fd)}`);
        }
      } catch (error) {
        last = error;
      }
    }
    if (found.length === 0) throw last;
    return found;
  },
  "exhaust-descriptors": (wanted: number) => {
    const self = process.argv[1] ?? "";
    for (let count = 0; count < wanted; count += 1) {
      try {
        openSync(self, "r");
      } catch (error) {
        const at = count < 64 ? "most 64" : count;
        throw new Nothing(`${refusalOf(error)} at ${at}`, { cause: error });
      }
    }
    return wanted;
  },
  "start-program": () => succeeded(spawnSync("/bin/true")),
  "start-node": () => succeeded(spawnSync(process.execPath, ["-v"])),
  "become-root": () => {
    process.setgid?.(0);
    process.setuid?.(0);
    return "root";
  },
  "make-code": () => new Function("return 'made'")(),
  "constructor-of-function": () => (() => 0).constructor("return 'made'")(),
  "another-context": () => runInNewContext("this.constructor.constructor('return process')().pid"),
  "load-native-code": (path: string) => {
    process.dlopen({ exports: {} }, path);
    return "loaded";
  },
  "internal-binding": () => {
    const { binding } = process as unknown as { binding(name: string): SpawnBinding };
    const file = "/bin/true";
    const stdio = [{ type: "ignore" }, { type: "ignore" }, { type: "ignore" }];
    const options = { file, args: [file], envPairs: [], stdio };
    const { error = 0 } = binding("spawn_sync").spawn(options);
    if (error < 0) throw new Nothing(`error ${-error}`);
    return "started";
  },
  inspector: () => {
    inspector.open(0, "127.0.0.1");
    const url = inspector.url();
    if (url === undefined) throw new Nothing("not open");
    return url;
  },
};

function readSome(fd: number): string {
  try {
    return `${readSync(fd, Buffer.alloc(16), 0, 16, null)} bytes`;
  } catch (error) {
    return refusalOf(error);
  }
}

function tell(
  emitter: { on(name: string, listener: (error: Error) => void): unknown },
  success: string,
  say: Say,
): void {
  emitter.on(success, () => say({ got: success }));
  emitter.on("error", (error) => say({ refused: refusalOf(error) }));
}

export const REACH_LATER: { readonly [name: string]: LateGrab } = {
  connect: (to: NetConnectOpts, say) => {
    const socket = connect(to);
    socket.setTimeout(1_500, () => socket.destroy(new Nothing("no answer")));
    tell(socket, "connect", say);
  },
  "send-udp": ({ host, port }: { readonly host: string; readonly port: number }, say) => {
    const socket = createSocket("udp4");
    socket.on("error", (error) => say({ refused: refusalOf(error) }));
    socket.send("hostile", port, host, (error) =>
      say(error === null ? { got: "sent" } : { refused: refusalOf(error) }),
    );
  },
  listen: (_: never, say) => tell(createServer().listen(0, "0.0.0.0"), "listening", say),
  "fork-bomb": (wanted: number, say) => {
    let started = 0;
    for (let count = 0; count < wanted; count += 1) {
      const child = spawn("/bin/sleep", ["2"]);
      child.on("error", (error) => say({ refused: refusalOf(error) }));
      child.on("spawn", () => {
        started += 1;
        if (started === wanted) say({ got: `${wanted} processes` });
      });
    }
  },
};
