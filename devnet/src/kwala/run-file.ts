import { sampleProbeAbi } from "@deed/contracts";
import {
  bytesToHex,
  type Hex,
  keccak256,
  keccakText,
  utf8Bytes,
  wordHex,
} from "@deed/protocol/encoding";
import type { EventTrigger, Step } from "@deed/protocol/plan";
import { connectNodeApi, ledgerCalls } from "@deed/sdk";
import { decodeEventLog, encodeFunctionData } from "viem";
import type { ExecutionStory } from "../story/execution-story.ts";
import { pause } from "../story/pause.ts";
import { registerWorkflow } from "../workflows/register-workflow.ts";
import { type SignedWorkflow, signWorkflow } from "../workflows/sign-workflow.ts";
import { type ExpectedPost, expectedPosts, isSameBody } from "./expected-posts.ts";
import { madeUpEvent } from "./made-up-event.ts";
import type { RunnableFile } from "./read-files.ts";
import { firstStart, nextStart, type Start } from "./schedule.ts";
import { raiseTo, type Stage } from "./stage.ts";

/** One run of a file, as the ledger ended it. */
export interface FileRun {
  readonly startedBy: Start["kind"];
  readonly status: string;
}

/** A file on its way through a network. */
export interface RegisteredFile {
  readonly source: RunnableFile;
  readonly signed: SignedWorkflow;
  /** What starts its next run; null when it has run as often as is to be seen. */
  readonly next: Start | null;
  readonly runs: readonly FileRun[];
  /** What the runs so far must have sent. */
  readonly posts: readonly ExpectedPost[];
  /** What was not as it should be. */
  readonly problems: readonly string[];
}

const MOST_RUNS = 2;
const KNOWN_MS = 60_000;
const LOOK_MS = 50;

/** Signs a file as it is and registers it. Errors: WorkflowError, NetworkError. */
export async function registerFile(
  source: RunnableFile,
  stage: Stage,
  nonce: bigint,
): Promise<RegisteredFile> {
  const { network, ledger, sender } = stage.running;
  const { deployment, accounts } = network;
  const signed = await signWorkflow(source.yaml, {
    deployment,
    owner: accounts.owner,
    nonce,
    fileName: source.file,
    otherChains: chainsOf(source),
  });
  await registerWorkflow(signed, { ledger, sender });
  const hash = keccak256(utf8Bytes(source.yaml));
  const isAsWritten = signed.intent.yamlHash === hash;
  const next = firstStart(source.compiled.plan.trigger, stage.nowSec());
  const problems = [
    ...(isAsWritten ? [] : ["what was signed is not the file"]),
    ...(next === null ? ["nothing here starts it"] : []),
  ];
  return { source, signed, next, runs: [], posts: [], problems };
}

/** Chains whose events or heights a file names, but the ledger's. */
export function chainsOf({ compiled, ledgerChainId }: RunnableFile): readonly number[] {
  const { trigger } = compiled.plan;
  const parts = trigger.kind === "composite" ? [trigger.first, trigger.repeat] : [trigger];
  const ids = parts.flatMap((part) => (part !== null && "chainId" in part ? [part.chainId] : []));
  return [...new Set(ids)].filter((chainId) => chainId !== ledgerChainId);
}

/** Makes the trigger fire, waits until the run is final, and looks what came of it. Errors: the signal's reason. */
export async function runOnce(
  file: RegisteredFile,
  stage: Stage,
  signal: AbortSignal,
): Promise<RegisteredFile> {
  const { source, signed, runs } = file;
  if (file.next === null) return file;
  await knownToAll(signed.intentHash, stage, signal);
  const texts = await start(file.next, runs.length, stage);
  const count = runs.length + 1;
  const done = await finalRuns(signed.intentHash, count, stage, signal);
  const last = done[count - 1];
  if (last === undefined) throw new RangeError("a run that is there");
  const { plan } = source.compiled;
  const toldAs = plan.steps.some(isStatus) ? plan.name : null;
  const posts = [...file.posts, ...expectedPosts(source.yaml, { texts, toldAs })];
  const problems = [
    ...file.problems,
    ...(last.status === "ok" ? [] : [`run ${count} ended ${last.status}`]),
    ...missingPosts(posts, stage),
    ...(await missingCalls(file, count, stage)),
  ];
  const all = [...runs, { startedBy: file.next.kind, status: last.status ?? "unknown" }];
  const next = count >= MOST_RUNS ? null : nextStart(plan, last.t0Sec);
  if (next === null) await revoke(signed.intentHash, stage);
  return { ...file, problems, posts, runs: all, next };
}

const isStatus = (step: Step): boolean => step.kind === "http" && step.id.endsWith("_status");

/** What has passed before a node knows of a workflow may start nothing. */
async function knownToAll(intentHash: Hex, stage: Stage, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(KNOWN_MS)]);
  await Promise.all(
    stage.running.network.nodes.map(async ({ apiUrl }) => {
      const api = connectNodeApi({ url: apiUrl }, { fetch });
      while ((await api.intent(intentHash, limit)) === null) await pause(LOOK_MS, limit);
    }),
  );
}

/** @returns what `re.event(n)` stands for, by n. */
async function start(next: Start, runNo: number, stage: Stage): Promise<readonly string[]> {
  if (next.kind === "time") return [];
  if (next.kind === "height") {
    const { chainId } = stage.running.network.deployment;
    if (next.chainId === null || next.chainId === chainId) await reach(next.height, stage);
    else stage.chain(next.chainId).skipTo(next.height);
    return [];
  }
  return emit(next.trigger, 11 + runNo, stage);
}

/** Above what the stage has made before. */
const MOST_BLOCKS = 1_000;

/** Makes blocks of the ledger's own chain. */
async function reach(height: number, { running }: Stage): Promise<void> {
  const { sender, network, ledger } = running;
  const { chainId } = network.deployment;
  const { number } = await ledger.head();
  if (height - number > MOST_BLOCKS) throw new RangeError(`chain ${chainId} is at block ${number}`);
  await raiseTo(height, { rpc: ledger.rpc, sender });
}

async function emit(trigger: EventTrigger, seed: number, stage: Stage): Promise<readonly string[]> {
  const event = madeUpEvent(trigger, seed);
  if (event === null) throw new RangeError(`no event that satisfies ${trigger.where}`);
  const { network, sender } = stage.running;
  if (trigger.chainId !== network.deployment.chainId) {
    stage.chain(trigger.chainId).mine(event.log);
    return event.texts;
  }
  const { topics, data } = event.log;
  const call = encodeFunctionData({
    abi: sampleProbeAbi,
    functionName: "emitLog",
    args: [[trigger.topic0, ...topics], data],
  });
  await sender.send("an event", { to: trigger.contract, data: call, valueWei: 0n });
  return event.texts;
}

function finalRuns(
  intentHash: Hex,
  count: number,
  stage: Stage,
  signal: AbortSignal,
): Promise<readonly ExecutionStory[]> {
  return stage.running.follow.until(({ executions }) => {
    const own = [...executions.values()].filter((one) => one.intentHash === intentHash);
    const done = own.filter(({ state }) => state === "final");
    return done.length < count ? null : done.sort((left, right) => left.t0Sec - right.t0Sec);
  }, signal);
}

/** POSTs that the file's text says and no target got. */
function missingPosts(posts: readonly ExpectedPost[], stage: Stage): readonly string[] {
  const delivered = stage.targets.requests
    .filter(({ status }) => status === 200)
    .map(({ origin, path, body }) => ({
      url: `${origin}${path}`,
      body: body === "" ? null : JSON.parse(body),
    }));
  const isSame = (left: ExpectedPost, right: ExpectedPost): boolean =>
    addressOf(left.url) === right.url && isSameBody(left.body, right.body);
  const missing = posts.filter((post) => {
    const others = posts.filter((other) => isSame(post, { ...other, url: addressOf(other.url) }));
    return delivered.filter((request) => isSame(post, request)).length < others.length;
  });
  return [...new Set(missing.map(({ url }) => `no POST to ${url} as the file says`))];
}

/** What of a URL reaches a server. */
function addressOf(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search}`;
}

const CALLED = keccakText("Called(address,uint256,bytes)");

/** Calls that the vault was to make and that the targets did not see, one for each run. */
async function missingCalls(
  { source, signed }: RegisteredFile,
  count: number,
  stage: Stage,
): Promise<readonly string[]> {
  const { ledger } = stage.running;
  const vault = await ledger.vaultOf(signed.intent.owner);
  const missing: string[] = [];
  for (const { target, callData, call } of source.compiled.permissions) {
    const filter = {
      address: target,
      topics: [CALLED, wordHex(vault)],
      fromBlock: "0x0",
      toBlock: "latest",
    };
    const logs = await ledger.rpc.request<readonly ProbeLog[]>("eth_getLogs", [filter]);
    const seen = logs.filter((log) => calledWith(log) === callData);
    if (seen.length < count) missing.push(`no call of ${call} from the vault`);
  }
  return missing;
}

interface ProbeLog {
  readonly topics: [Hex, ...Hex[]];
  readonly data: Hex;
}

function calledWith({ topics, data }: ProbeLog): Hex {
  const { args } = decodeEventLog({ abi: sampleProbeAbi, eventName: "Called", topics, data });
  return bytesToHex(Buffer.from(args.callData.slice(2), "hex"));
}

/** It has shown what it does: later dates are to find nothing to catch up with. */
async function revoke(intentHash: Hex, { running }: Stage): Promise<void> {
  const { sender, ledger } = running;
  await sender.send("a revocation", ledgerCalls(ledger.deployment).revoke(intentHash));
}
