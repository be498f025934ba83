import type { Channel } from "../../channel.ts";
import type { ZygoteAddon } from "./addon.ts";

/** The channel of a run, by the addon: Node's own ways to a descriptor would ask the kernel for more. */
export function runChannel(addon: Pick<ZygoteAddon, "receive" | "send">): Channel {
  return {
    read() {
      const text = addon.receive();
      return text === undefined ? undefined : JSON.parse(text);
    },
    write(message) {
      addon.send(JSON.stringify(message));
    },
  };
}
