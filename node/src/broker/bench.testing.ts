import { once as event } from "node:events";
import { createServer, type RequestListener } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import type { HttpStep, Plan } from "@deed/protocol/plan";
import type { EffectErrorCode, EffectResult } from "@deed/protocol/runtime";
import { afterEach } from "vitest";
import { effectOf, httpStep, jobOf, planOf, testBroker } from "./broker.testing.ts";
import type { Broker, BrokerCollaborators, BrokerOptions } from "./broker.ts";
import type { BrokerJob, HttpEffect } from "./job.ts";

export interface Setting {
  readonly step?: Partial<HttpStep>;
  readonly options?: Partial<BrokerOptions>;
  readonly collaborators?: Partial<BrokerCollaborators>;
  readonly job?: Partial<BrokerJob>;
  readonly request?: Partial<HttpEffect["request"]>;
}

export interface OpenedBroker {
  readonly broker: Broker;
  readonly plan: Plan;
  readonly effect: HttpEffect;
}

/** Servers on loopback and brokers that may reach them; all are closed after each test. */
export interface Bench {
  /** Closed after the test, last one first. */
  readonly closing: (() => unknown)[];
  /** Gives the server's origin. */
  listen(server: Server, scheme?: string): Promise<string>;
  serve(listener: RequestListener): Promise<string>;
  /** A server that speaks bytes, not HTTP. */
  speak(talk: (socket: Socket) => void): Promise<string>;
  openBroker(origin: string, setting?: Setting): OpenedBroker;
  ask(origin: string, setting?: Setting): Promise<EffectResult>;
}

export const never: AbortSignal = new AbortController().signal;

export function openBench(): Bench {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const listen = async (server: Server, scheme = "http"): Promise<string> => {
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => sockets.add(socket));
    server.listen(0, "127.0.0.1");
    await event(server, "listening");
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const speak = (talk: (socket: Socket) => void): Promise<string> => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      talk(socket);
    });
    return listen(server);
  };
  const openBroker = (origin: string, setting: Setting = {}): OpenedBroker => {
    const plan = planOf(httpStep({ url: `${origin}/hook`, ...setting.step }));
    const broker = testBroker(
      { privateOrigins: new Set([origin]), ...setting.options },
      setting.collaborators,
    );
    closing.push(() => broker.close());
    return { broker, plan, effect: effectOf(plan, 0, setting.request) };
  };
  return {
    closing,
    listen,
    speak,
    openBroker,
    serve: (listener) => listen(createServer(listener)),
    ask: async (origin, setting = {}) => {
      const { broker, plan, effect } = openBroker(origin, setting);
      return broker.open(jobOf(plan, setting.job)).handle(effect, never);
    },
  };
}

export function errorOf(
  result: EffectResult,
): { readonly code: EffectErrorCode; readonly message: string } | null {
  return "error" in result.output ? result.output.error : null;
}
