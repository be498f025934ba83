import { Agent, request } from "node:http";
import type { EngineHost } from "../engine/engine-host.ts";
import { ChainError, messageOf } from "../error.ts";
import type { Call } from "./json-rpc.ts";

/** Passes reads on to the engine and their answers back, unparsed. */
export class ReadProxy {
  readonly #host: EngineHost;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(host: EngineHost) {
    this.#host = host;
  }

  /** The text of the answer. */
  forward({ id = null, method, params }: Call): Promise<string> {
    const body = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    return this.#host.read(async ({ readUrl }) => {
      try {
        return await this.#post(readUrl, body);
      } catch (error) {
        const reason = messageOf(error);
        throw new ChainError({ code: "ENGINE_LOST", reason }, { cause: error });
      }
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(url: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      };
      const outgoing = request(url, { agent: this.#agent, method: "POST", headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () => resolve(Buffer.concat(chunks).toString("utf8").trim()));
        incoming.on("error", reject);
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
}
