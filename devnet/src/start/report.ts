import type { Hex } from "@deed/protocol/encoding";
import type { ExecutionStory } from "../story/execution-story.ts";

/** What a running network tells its user; `seconds` count from the process's start. */
export type Report =
  | { readonly event: "progress"; readonly seconds: number; readonly message: string }
  | { readonly event: "note"; readonly message: string }
  | {
      readonly event: "ready";
      readonly seconds: number;
      readonly directory: string;
      readonly isResumed: boolean;
      readonly rpcUrl: string;
      readonly echoUrl: string;
      readonly nodes: readonly NodeReport[];
      readonly workflows: readonly { readonly name: string; readonly intentHash: Hex }[];
    }
  | { readonly event: "firstVerified"; readonly seconds: number; readonly executionId: Hex }
  | { readonly event: "execution"; readonly seconds: number; readonly execution: ExecutionStory }
  | { readonly event: "nodeEnded"; readonly seconds: number; readonly nodeNo: number }
  | { readonly event: "trouble"; readonly seconds: number; readonly message: string }
  | { readonly event: "closed"; readonly seconds: number };

export interface NodeReport {
  readonly nodeNo: number;
  readonly pid: number;
  /** Empty without an API. */
  readonly apiUrl: string;
  /** What its runs take place in, as `container by zygote`; null where it executes nothing. */
  readonly sandbox: string | null;
}

/** One line for people; null for what only machines want. */
export function renderReport(report: Report): string | null {
  switch (report.event) {
    case "progress":
      return `${seconds(report.seconds)}  ${report.message}`;
    case "note":
      return `         ${report.message}`;
    case "ready":
      return renderReady(report);
    case "firstVerified":
      return `${seconds(report.seconds)}  First execution verified by independent nodes, ${report.seconds.toFixed(1)} s after the start`;
    case "execution":
      return `${seconds(report.seconds)}  ${renderExecution(report.execution)}`;
    case "nodeEnded":
      return `${seconds(report.seconds)}  Node ${report.nodeNo} ended by itself: starting it again`;
    case "trouble":
      return `${seconds(report.seconds)}  ${report.message}`;
    case "closed":
      return `${seconds(report.seconds)}  Everything ended`;
  }
}

function renderReady(report: Extract<Report, { event: "ready" }>): string {
  const { directory, isResumed, rpcUrl, echoUrl, nodes, workflows } = report;
  const lines = [
    `${seconds(report.seconds)}  ${isResumed ? "Resumed" : "Ready"}: ${nodes.length} nodes, ${workflows.length} workflows, in ${directory}`,
    `         chain  ${rpcUrl}`,
    `         echo   ${echoUrl}`,
    ...nodes.map(
      ({ nodeNo, pid, apiUrl, sandbox }) =>
        `         node ${nodeNo} ${apiUrl === "" ? "(no API)" : apiUrl}  pid ${pid}  ${sandbox ?? "no executor"}`,
    ),
    ...workflows.map(({ name, intentHash }) => `         ${name.padEnd(15)} ${intentHash}`),
  ];
  return lines.join("\n");
}

function renderExecution(story: ExecutionStory): string {
  const { intentName, ordinal, nodeNo, batchNo } = story;
  const name = ordinal === 0 ? intentName : `${intentName} #${ordinal}`;
  return `${name.padEnd(24)} node ${nodeNo}, batch ${batchNo}: ${happened(story)}; ${judged(story)}`;
}

function happened({ status, actions }: ExecutionStory): string {
  switch (status) {
    case "ok":
      return actions > 0 ? "acted on-chain by the owner's vault" : "done";
    case "conditionFalse":
      return "condition false, nothing sent";
    case "failed":
      return "a step failed, as recorded";
    case "indeterminate":
      return "a request's fate is unknown, as recorded";
    case "stopped":
      return "stopped, as recorded";
    case null:
      return "no record";
  }
}

function judged({ state, fault, leaf }: ExecutionStory): string {
  switch (state) {
    case "final":
      return "verified";
    case "void":
      return fault === null ? "void" : `void: ${fault} at leaf ${leaf}`;
    case "disputed":
      return fault === null ? "disputed" : `disputed: ${fault} at leaf ${leaf}`;
    case "lost":
      return "not recorded in time, to be claimed again";
    case "claimed":
    case "recorded":
      return state;
  }
}

function seconds(value: number): string {
  return `${value.toFixed(1).padStart(6)} s`;
}
