import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Server } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** What there is to be stolen or harmed around a sandbox: files, a process, servers inside the network. */
export interface World {
  /** A folder that anybody on the host may read and write. */
  readonly folder: string;
  readonly secretFile: string;
  readonly secret: string;
  /** A process of the host; another one when the last has gone. */
  victim(): number;
  /** Servers that a workflow must not reach. `hits` counts what came to any of them. */
  readonly http: number;
  readonly http6: number | null;
  readonly udp: number;
  readonly socketPath: string;
  readonly abstractSocket: string;
  /** An address of this host in its network, if it has one. */
  readonly privateHost: string | null;
  hits(): number;
  /** Whether the last victim is as it was. */
  isVictimWell(): boolean;
  close(): Promise<void>;
}

export const SECRET_VARIABLE = "DEED_ESCAPE_SECRET";

export async function openWorld(): Promise<World> {
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closing.splice(0).reverse()) await each();
  };
  try {
    return await worldOf(closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param closing What has been opened is noted here at once. */
async function worldOf(closing: (() => unknown)[], close: World["close"]): Promise<World> {
  const secret = `secret-${process.pid}-${Date.now().toString(36)}`;
  process.env[SECRET_VARIABLE] = secret;
  const folder = await mkdtemp(join(tmpdir(), `deed-escape-${process.pid}-`));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  // Rights of files are not what shall keep the secret.
  await chmod(folder, 0o777);
  const secretFile = join(folder, "secret");
  await writeFile(secretFile, secret, { mode: 0o644 });
  const victims = openVictims();
  closing.push(() => victims.close());
  let hits = 0;
  const hit = (): void => {
    hits += 1;
  };
  const servers = await openServers(join(folder, "socket"), hit, closing);
  return {
    ...{ folder, secretFile, secret, ...servers, ...victims },
    privateHost: privateHost(),
    hits: () => hits,
    close,
  };
}

function openVictims(): Pick<World, "victim" | "isVictimWell" | "close"> {
  const start = (): ChildProcess => spawn("/bin/sleep", ["3600"], { stdio: "ignore" });
  let last = start();
  return {
    victim() {
      if (!lives(last.pid)) last = start();
      return last.pid ?? 0;
    },
    isVictimWell: () => lives(last.pid),
    async close() {
      last.kill("SIGKILL");
    },
  };
}

async function openServers(
  socketPath: string,
  hit: () => void,
  closing: (() => unknown)[],
): Promise<Pick<World, "http" | "http6" | "udp" | "socketPath" | "abstractSocket">> {
  const { http, http6, closeHttp } = await openHttp(hit);
  closing.push(closeHttp);
  const udp = createSocket("udp4").on("message", hit).bind(0, "0.0.0.0");
  closing.push(() => udp.close());
  await once(udp, "listening");
  const abstractSocket = `\0deed-escape-${process.pid}`;
  for (const path of [socketPath, abstractSocket]) {
    const server = await unixServer(path, hit);
    closing.push(() => server.close());
  }
  // Rights of files are not what shall keep it either.
  await chmod(socketPath, 0o777);
  return { http, http6, udp: udp.address().port, socketPath, abstractSocket };
}

/** A zombie does not. */
function lives(pid = 0): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !stat.slice(stat.lastIndexOf(")")).startsWith(") Z");
  } catch {
    return false;
  }
}

function privateHost(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outer = all.find(({ internal, family }) => !internal && family === "IPv4");
  return outer?.address ?? null;
}

async function openHttp(hit: () => void) {
  const inner = createServer((request, response) => serve(request, response, hit));
  const inner6 = createServer((request, response) => serve(request, response, hit));
  // Connections count, too: a secret can be in the fact of one.
  for (const server of [inner, inner6]) server.on("connection", hit);
  inner.listen(0, "0.0.0.0");
  await once(inner, "listening");
  const http = (inner.address() as AddressInfo).port;
  const has6 = await new Promise<boolean>((resolve) => {
    inner6.once("error", () => resolve(false));
    inner6.listen(0, "::1", () => resolve(true));
  });
  return {
    http,
    http6: has6 ? (inner6.address() as AddressInfo).port : null,
    closeHttp: () => {
      for (const server of [inner, inner6]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/** Answers as its path says; the broker's attacks lead here. */
function serve(request: IncomingMessage, response: ServerResponse, hit: () => void): void {
  hit();
  switch (request.url?.split("?")[0]) {
    case "/redirect":
      response.writeHead(302, { location: `http://${request.headers.host}/inside` }).end("moved");
      return;
    case "/endless":
      response.on("error", () => undefined);
      pour(response);
      return;
    case "/gzip":
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(64 << 20)));
      return;
    case "/silent":
      return;
    case "/slow":
      response.writeHead(200).write("a");
      return;
    case "/headers":
      for (let count = 0; count < 90; count += 1) response.setHeader(`x-${count}`, "y".repeat(400));
      response.end();
      return;
    default:
      response.end("inside");
  }
}

function pour(response: ServerResponse): void {
  if (response.destroyed) return;
  response.write("x".repeat(1 << 16), () => setImmediate(pour, response));
}

function unixServer(path: string, hit: () => void): Promise<Server> {
  const server = createNetServer((socket) => {
    hit();
    socket.destroy();
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve(server));
  });
}
