import fc from "fast-check";
import { expect, test } from "vitest";
import { TickRequest } from "./tick-request.ts";

type Sent = readonly [method: string, parameter: unknown];

function request(): { readonly ticks: TickRequest; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const ticks = new TickRequest((method, [parameter]) => sent.push([method, parameter]));
  return { ticks, sent };
}

const answer = (result: unknown) => JSON.stringify({ jsonrpc: "2.0", id: 2, result });
const refusal = JSON.stringify({ jsonrpc: "2.0", id: 2, error: { code: -32601, message: "no" } });
const subscribed: Sent = ["eth_subscribe", "deed_ticks"];

test("nobody who waits for no height asks for blocks", () => {
  const { ticks, sent } = request();
  ticks.want(false);
  ticks.connected();
  ticks.want(false);
  expect(sent).toEqual([]);
});

test("who waits asks once, and ends it when the wait is over", () => {
  const { ticks, sent } = request();
  ticks.want(true);
  expect(sent).toEqual([]);
  ticks.connected();
  ticks.want(true);
  ticks.answered(answer("0x7"));
  ticks.want(true);
  expect(sent).toEqual([subscribed]);
  ticks.want(false);
  ticks.want(false);
  expect(sent).toEqual([subscribed, ["eth_unsubscribe", "0x7"]]);
});

test("an endpoint that refuses is asked again on the next connection only", () => {
  const { ticks, sent } = request();
  ticks.connected();
  ticks.want(true);
  ticks.answered(refusal);
  ticks.want(false);
  ticks.want(true);
  expect(sent).toEqual([subscribed]);
  ticks.disconnected();
  ticks.want(true);
  ticks.connected();
  expect(sent).toEqual([subscribed, subscribed]);
});

test("answers that are none, or another's, change nothing", () => {
  const { ticks, sent } = request();
  ticks.connected();
  ticks.want(true);
  for (const text of ["", "null", "7", '{"id":1,"result":"0x1"}', "[]"]) ticks.answered(text);
  ticks.answered(answer("0x7"));
  ticks.want(false);
  expect(sent).toEqual([subscribed, ["eth_unsubscribe", "0x7"]]);
});

test("however wishes, connections and answers follow each other, the endpoint ends up as wished", () => {
  const step = fc.constantFrom("want", "waive", "connect", "disconnect", "answer");
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, isWanted) => {
      const { ticks, sent } = request();
      let connection: { open: number; asked: number } | null = null;
      const serve = (): void => {
        for (const [method] of sent.splice(0)) {
          if (connection === null) throw new Error("sent without a connection");
          if (method === "eth_subscribe") connection.asked += 1;
          else connection.open -= 1;
        }
      };
      const act = {
        want: () => ticks.want(true),
        waive: () => ticks.want(false),
        connect: () => {
          if (connection !== null) return;
          connection = { open: 0, asked: 0 };
          ticks.connected();
        },
        disconnect: () => {
          connection = null;
          ticks.disconnected();
        },
        answer: () => {
          if (connection === null || connection.asked === 0) return;
          connection.asked -= 1;
          connection.open += 1;
          ticks.answered(answer("0x1"));
        },
      };
      for (const name of [...steps, "connect", isWanted ? "want" : "waive"] as const) {
        act[name]();
        serve();
      }
      act.answer();
      serve();
      expect(connection).toEqual({ open: Number(isWanted), asked: 0 });
    }),
  );
});
