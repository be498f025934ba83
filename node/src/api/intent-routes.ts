import { asJson, type Hex } from "@deed/protocol/encoding";
import {
  type FiredExecution,
  type FireSubmission,
  firedExecution,
  fireSubmission,
  type IntentDetail,
  type IntentPage,
  type IntentSubmission,
  type InvalidatedNonce,
  intentDetail,
  intentPage,
  intentSubmission,
  invalidatedNonce,
  type NonceInvalidationMessage,
  nonceInvalidation,
  type RegisteredIntent,
  type Revocation,
  type RevokedIntent,
  registeredIntent,
  revocation,
  revokedIntent,
} from "@deed/sdk";
import type { FastifyInstance } from "fastify";
import { dutyNow } from "../signer/duty-begin.ts";
import type { ApiContext } from "./api-context.ts";
import { refusal } from "./api-error.ts";
import { spend } from "./costly.ts";
import type { NodeView } from "./node-view.ts";
import {
  type HashParams,
  hashOf,
  hashParams,
  ownerPageQuery,
  type PageQuery,
  pageOf,
} from "./parameters.ts";
import { relayIntent, relayInvalidation, relayRevocation } from "./relay.ts";
import { intentSummaryOf } from "./views.ts";

/** Intents: register, revoke, fire, look. */
export function intentRoutes(server: FastifyInstance, context: ApiContext): void {
  relayRoutes(server, context);
  const { node } = context;
  server.get<{ Querystring: PageQuery }>(
    "/v1/intents",
    {
      schema: {
        summary: "Registered intents, newest first",
        querystring: ownerPageQuery,
        response: { 200: intentPage.schema },
      },
    },
    async ({ query }): Promise<IntentPage> => intentsPage(node, query),
  );
  server.get<{ Params: HashParams }>(
    "/v1/intents/:hash",
    {
      schema: {
        summary: "One intent with its YAML and plan",
        params: hashParams,
        response: { 200: intentDetail.schema },
      },
    },
    async ({ params }): Promise<IntentDetail> => intentOf(node, hashOf(params)),
  );
}

function relayRoutes(server: FastifyInstance, context: ApiContext): void {
  server.post<{ Body: IntentSubmission }>(
    "/v1/intents",
    {
      schema: {
        summary: "Registers a signed intent on the ledger; sent again, it answers the same",
        body: intentSubmission.schema,
        response: { 200: registeredIntent.schema },
      },
    },
    async (request): Promise<RegisteredIntent> => {
      spend(context, request);
      return relayIntent(context, request.body);
    },
  );
  server.post<{ Params: HashParams; Body: Revocation }>(
    "/v1/intents/:hash/revoke",
    {
      schema: {
        summary: "Passes on a signed revocation, also before the registration",
        params: hashParams,
        body: revocation.schema,
        response: { 200: revokedIntent.schema },
      },
    },
    async (request): Promise<RevokedIntent> => {
      spend(context, request);
      return relayRevocation(context, hashOf(request.params), request.body);
    },
  );
  server.post<{ Body: NonceInvalidationMessage }>(
    "/v1/nonces/invalidate",
    {
      schema: {
        summary:
          "Passes on a signed invalidation: no intent with this nonce can be registered any more",
        body: nonceInvalidation.schema,
        response: { 200: invalidatedNonce.schema },
      },
    },
    async (request): Promise<InvalidatedNonce> => {
      spend(context, request);
      return relayInvalidation(context, request.body);
    },
  );
  server.post<{ Params: HashParams; Body: FireSubmission }>(
    "/v1/intents/:hash/fire",
    {
      schema: {
        summary: "Fires a manual workflow; all nodes know of it before the answer",
        params: hashParams,
        body: fireSubmission.schema,
        response: { 200: firedExecution.schema },
      },
    },
    async (request): Promise<FiredExecution> => {
      spend(context, request);
      return fire(context, hashOf(request.params), request.body);
    },
  );
}

async function fire(
  context: ApiContext,
  intentHash: Hex,
  submission: FireSubmission,
): Promise<FiredExecution> {
  const { clock, signer, registry, nodeNo } = context.node;
  const accepted = await context.acceptFire({ intentHash, ...submission });
  const { executionId, fireHash, isNew } = accepted;
  const { atMs, begin } = dutyNow(registry, nodeNo, clock.nowMs());
  const receipt = await signer.receipt({ fireHash, atMs, ...begin });
  return { executionId, isNew, receipt };
}

function intentsPage(node: NodeView, query: PageQuery): IntentPage {
  const { before, limit } = pageOf(query);
  const { intents } = node.store.read;
  const owner = query.owner?.toLowerCase() as Hex | undefined;
  const rows =
    owner === undefined ? intents.page(before, limit) : intents.ofOwner(owner, before, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return { intents: rows.map(intentSummaryOf), next: last?.intentNo ?? null };
}

function intentOf(node: NodeView, intentHash: Hex): IntentDetail {
  const { intents, executions } = node.store.read;
  const row = intents.byHash(intentHash);
  if (row === null) throw unknownIntent(intentHash);
  const { yaml, plan, intent, signature, intentNo } = row;
  return {
    ...intentSummaryOf(row),
    yaml,
    plan: asJson(plan),
    intent: asJson(intent),
    signature,
    executions: executions.countsOfIntent(intentNo),
  };
}

/** The refusal that all routes of an intent share. */
export function unknownIntent(intentHash: Hex): Error {
  const remedy = "Submit it, or wait until this node has read the registration.";
  return refusal("INTENT_UNKNOWN", `this node knows no intent ${intentHash}`, remedy);
}
