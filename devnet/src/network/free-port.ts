import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** Below those that systems give to outgoing connections, and to whoever asks for any port. */
const FIRST_PORT = 16_384;
const END_PORT = 32_768;
const MOST_TRIES = 5_000;

export interface FreePortsParts {
  /** A number of the range, by chance when left out. */
  pick?(from: number, end: number): number;
}

/**
 * Different ports of the loopback address that nobody listens on. On Linux no other process gets them from here while
 * this one lives: two networks that start at once do not meet, and a node that is down finds its own again.
 */
export async function freePorts(
  count: number,
  { pick = randomInt }: FreePortsParts = {},
): Promise<readonly number[]> {
  const ports = new Set<number>();
  for (let tries = 0; tries < MOST_TRIES && ports.size < count; tries += 1) {
    const port = pick(FIRST_PORT, END_PORT);
    if (!ports.has(port) && (await isTaken(port))) ports.add(port);
  }
  if (ports.size < count) throw new RangeError(`no ${count} free ports on the loopback address`);
  return [...ports];
}

/** True when it is now this process's. */
async function isTaken(port: number): Promise<boolean> {
  // Names of the kernel's, gone with the process that holds them; other systems have none.
  const claim = process.platform === "linux" ? await listen({ path: `\0deed-port-${port}` }) : null;
  if (process.platform === "linux" && claim === null) return false;
  const server = await listen({ host: "127.0.0.1", port });
  if (server === null) claim?.close();
  else await closed(server);
  return server !== null;
}

/** Null when somebody else does. It keeps no process alive. */
async function listen(
  where: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<Server | null> {
  const server = createServer().unref();
  server.listen(where);
  try {
    await once(server, "listening");
    return server;
  } catch (error) {
    if (isInUse(error)) return null;
    throw error;
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
