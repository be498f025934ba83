import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { contractCall } from "@deed/sdk";
import { pause } from "../../story/pause.ts";
import { deed } from "../deed-command.testing.ts";
import { waitSignal } from "../network.testing.ts";
import { stealKeys } from "../node-keys.testing.ts";
import { type LiveCase, nodeEnded, ROBBED } from "./evidence-bed.testing.ts";

const MOST_TAKES = 200;
const THIEF: Hex = `0x${"ba".repeat(20)}`;

export const STOLEN: readonly LiveCase[] = [
  {
    name: "a stolen action key drains the gas: the node ends",
    expected: "drained, E_AUDIT_BEHIND",
    play: async (bed) => {
      const { network, sender } = bed.net.samples;
      const { action } = await stealKeys(network.directory, ROBBED);
      const to = action.address.toLowerCase() as Hex;
      const valueWei = 10n ** 18n;
      await sender.send("gas money", { to, data: "0x", valueWei } as never);
      const latest = async (what: string): Promise<bigint> =>
        BigInt(await network.rpc.request<Hex>(what, [to, "latest"]));
      const take = async (): Promise<void> => {
        const raw = await action.signTransaction({
          ...{ type: "eip1559", chainId: network.deployment.chainId, to: THIEF, gas: 21_000n },
          nonce: Number(await latest("eth_getTransactionCount")),
          value: await latest("eth_getBalance"),
          ...{ maxFeePerGas: 0n, maxPriorityFeePerGas: 0n },
        });
        await network.rpc.request("eth_sendRawTransaction", [raw]);
      };
      let isOver = false;
      const end = nodeEnded(bed, ROBBED).finally(() => {
        isOver = true;
      });
      // A thief who goes on shows by the count, before a nonce that the signer has signed, too, is compared.
      for (let takes = 0; takes < MOST_TAKES && !isOver; takes += 1) {
        // The node was faster: the nonce is used.
        await take().catch(() => undefined);
        await pause(100, waitSignal("the next look"));
      }
      const ended = await end;
      const left = await latest("eth_getBalance");
      return `${left === 0n ? "drained" : `${left} wei left`}, ${ended}`;
    },
  },
  {
    name: "started again, it refuses and names a remedy",
    expected: "E_AUDIT_BEHIND",
    play: (bed) => bed.start(ROBBED),
  },
  {
    name: "the audit says who spent the nonce: nobody of the log",
    expected: "4 AUDIT_NONCE_NOT_IN_LOG",
    play: async (bed) => {
      const found = await bed.audit("--log", bed.logOf(ROBBED));
      // Among the nonces may be one that the signer had signed, for something else.
      const codes = found.split(" ").filter((code) => code !== "AUDIT_OTHER_TRANSACTION");
      return codes.join(" ");
    },
  },
  {
    name: "`deed node off` by the cold key: for the contracts the stolen key is nobody's from that block on",
    expected: "node 3, then node 0",
    play: async (bed) => {
      const { network, ledger } = bed.net.samples;
      const { action } = await stealKeys(network.directory, ROBBED);
      const [operatorNo, actorOf] = [
        ROBBED,
        contractCall(network.deployment, "registry", "actor", [action.address]),
      ];
      const ask = async (): Promise<number> => {
        const { to, data } = actorOf;
        const said = await network.rpc.request<Hex>("eth_call", [{ to, data }, "latest"]);
        return Number(said.slice(0, 66));
      };
      const before = await ask();
      writeFileSync(join(bed.folder, "pw"), "secret");
      const secrecy = ["--passphrase-file", "pw"];
      const dir = ["--dir", network.directory];
      const made = await deed(
        ...([
          bed.folder,
          "keystore",
          "embedded",
          `cold-${operatorNo}`,
          "cold.json",
          "--cheap",
        ] as const),
        ...[...secrecy, ...dir],
      );
      if (made.exitCode !== 0) return made.stderr;
      const off = await bed.deed(
        "node",
        "off",
        "3",
        "--keystore",
        "cold.json",
        ...secrecy,
        "--yes",
      );
      if (off.exitCode !== 0) return off.stderr;
      if ((await ledger.node(ROBBED)).active) return "still active";
      return `node ${before}, then node ${await ask()}`;
    },
  },
];
