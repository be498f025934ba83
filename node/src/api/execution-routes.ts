import { asJson, type Hex } from "@deed/protocol/encoding";
import {
  type ExecutionDetail,
  type ExecutionPage,
  executionDetail,
  executionPage,
} from "@deed/sdk";
import type { FastifyInstance } from "fastify";
import type { ExecutionRow } from "../store/executions.ts";
import type { ApiContext } from "./api-context.ts";
import { refusal } from "./api-error.ts";
import { findBundle, heldBundle } from "./bundles.ts";
import { effectsOf } from "./effects-view.ts";
import { unknownIntent } from "./intent-routes.ts";
import type { NodeView } from "./node-view.ts";
import {
  type HashParams,
  hashOf,
  hashParams,
  type PageQuery,
  pageOf,
  pageQuery,
} from "./parameters.ts";
import { batchViewOf, disputeViewOf, executionSummaryOf, verdictViewOf } from "./views.ts";

/** Executions: list, look, fetch the bundle. */
export function executionRoutes(server: FastifyInstance, context: ApiContext): void {
  const { node } = context;
  server.get<{ Params: HashParams; Querystring: PageQuery }>(
    "/v1/intents/:hash/executions",
    {
      schema: {
        summary: "Executions of an intent, newest first; `before` is a time in seconds",
        params: hashParams,
        querystring: pageQuery,
        response: { 200: executionPage.schema },
      },
    },
    async ({ params, query }): Promise<ExecutionPage> =>
      executionsPage(node, hashOf(params), query),
  );
  server.get<{ Params: HashParams }>(
    "/v1/executions/:hash",
    {
      schema: {
        summary: "One execution: record, batch, verdicts, effects with their levels",
        params: hashParams,
        response: { 200: executionDetail.schema },
      },
    },
    async ({ params }): Promise<ExecutionDetail> => detailOf(node, rowOf(node, hashOf(params))),
  );
  server.get<{ Params: HashParams }>(
    "/v1/executions/:hash/bundle",
    {
      schema: {
        summary: "The recorded bundle's text, of this node or of a peer that holds it",
        params: hashParams,
        produces: ["application/json"],
      },
    },
    async ({ params }, reply) => {
      const row = rowOf(node, hashOf(params));
      const text = await findBundle(node, row, context.closing);
      if (text === null) throw noBundle(row);
      await reply.type("application/json; charset=utf-8").send(text);
    },
  );
}

function rowOf(node: NodeView, executionId: Hex): ExecutionRow {
  const row = node.store.read.executions.get({ executionId });
  if (row !== null) return row;
  const message = `this node knows no execution ${executionId}`;
  throw refusal(
    "EXECUTION_UNKNOWN",
    message,
    "See the intent's executions for those that it knows.",
  );
}

function executionsPage(node: NodeView, intentHash: Hex, query: PageQuery): ExecutionPage {
  const { intents, executions } = node.store.read;
  const intent = intents.byHash(intentHash);
  if (intent === null) throw unknownIntent(intentHash);
  const { before, limit } = pageOf(query);
  const rows = executions.ofIntent(intent.intentNo, before, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return { executions: rows.map(executionSummaryOf), next: last?.t0Sec ?? null };
}

function detailOf(node: NodeView, row: ExecutionRow): ExecutionDetail {
  const { read } = node.store;
  const { batchNo, batchIndex } = row;
  const batch = batchNo === null ? null : read.batches.get({ batchNo });
  const index = batchIndex ?? 0;
  const bundle = heldBundle(node, row);
  const plan = read.intents.get({ intentNo: row.intentNo })?.plan ?? null;
  return {
    ...executionSummaryOf(row),
    occurrenceId: row.occurrenceId,
    payload: asJson(row.payload),
    record: row.record,
    transcriptRoot: row.transcriptRoot,
    bundleSha256: row.bundleSha256,
    batch: batch === null ? null : batchViewOf(node, batch, index),
    verdicts:
      batchNo === null
        ? []
        : read.verdicts.ofBatch(batchNo).map((verdict) => verdictViewOf(node, verdict, index)),
    disputes:
      batchNo === null
        ? []
        : read.disputes
            .ofBatch(batchNo)
            .filter((dispute) => dispute.batchIndex === batchIndex)
            .map(disputeViewOf),
    effects: bundle === null ? null : effectsOf(bundle, plan),
  };
}

function noBundle({ state, bundleSha256 }: ExecutionRow): Error {
  if (bundleSha256 === null) {
    const message = `nothing is recorded yet: the execution is ${state}`;
    return refusal("BUNDLE_UNAVAILABLE", message, "Wait until it is recorded.");
  }
  const remedy = "Ask another node: its executor and two others keep the bundle.";
  return refusal("BUNDLE_UNAVAILABLE", "nobody who was asked holds the bundle", remedy);
}
