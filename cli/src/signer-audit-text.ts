import type { SignerAudit } from "@deed/node/audit";
import { table } from "./table.ts";
import type { Colors } from "./terminal.ts";

const MOST_FINDINGS = 50;
/** Two pairs prove no more than one; --json has all. */
const MOST_PAIRS = 3;

/** A reconciliation as people read it. */
export function signerAuditText(audit: SignerAudit, colors: Colors): string {
  const { nodeNo, operatorNo, fromBlock, toBlock, log } = audit;
  const whose = `node ${nodeNo} of operator ${operatorNo}, blocks ${fromBlock} to ${toBlock}`;
  const torn = log === null || log.tornBytes === 0 ? "" : `, ${log.tornBytes} bytes of a torn line`;
  const from =
    log === null
      ? "public data alone: the log was not given"
      : `the log has ${log.entries} entries, head ${log.head}${torn}`;
  const parts = [
    [colors.bold(whose), from].join("\n"),
    kindTable(audit),
    [
      ...[noncesText(audit), ...usesText(audit), ...uncountedText(audit)],
      ...witnessText(audit),
    ].join("\n"),
    ...pairTexts(audit, colors),
    ...(audit.findings.length === 0 ? [] : [findingsText(audit, colors)]),
    verdict(audit, colors),
  ];
  return parts.join("\n\n");
}

function kindTable({ kinds, log }: SignerAudit): string {
  const rows = kinds.map(({ kind, signed, newestPublished, published, gaps }) => [
    kind,
    String(signed ?? `up to ${newestPublished}`),
    String(published),
    countsText(gaps),
  ]);
  const first = log === null ? "newest number" : "signed";
  return table(["structure", first, "on the ledger", "not on the ledger"], rows);
}

function countsText(counts: Readonly<Record<string, number | undefined>>): string {
  const texts = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return texts.length === 0 ? "-" : texts.join(", ");
}

function noncesText({ nonces }: SignerAudit): string {
  const { signed, mined, pending, beforeLog, compared, unseen } = nonces;
  if (signed === null) return `action key: ${mined} nonces mined`;
  const before = beforeLog === 0 ? "" : `, ${beforeLog} before the log began`;
  const old = unseen === 0 ? "" : `, ${unseen} that the endpoint does not show any more`;
  return `action key: ${signed} nonces signed, ${mined} mined, ${pending} pending, ${compared} transactions compared${old}${before}`;
}

function usesText({ uses }: SignerAudit): readonly string[] {
  return uses.map(({ key, log, store, notMade }) => {
    const counted = store === null ? "no store's count was given" : `the store counted ${store}`;
    const missing = notMade === 0 ? "" : `, ${notMade} were logged and not made`;
    return `key ${key}: ${log} uses in the log, ${counted}${missing}`;
  });
}

function uncountedText({ uncounted }: SignerAudit): readonly string[] {
  const names = Object.keys(uncounted);
  return names.length === 0 ? [] : [`in the log alone: ${countsText(uncounted)}`];
}

function witnessText({ witness }: SignerAudit): readonly string[] {
  if (witness === null) return [];
  const { held, newest, otherKeys, unchecked, countersigned } = witness;
  const upTo = held === 0 ? "" : `, up to number ${newest}`;
  const others =
    otherKeys === 0 ? "" : `; ${otherKeys} under another key, a revoked one or none are left out`;
  const open = unchecked === 0 ? "" : `, ${unchecked} of them said to contradict`;
  const lines = [`witnesses: ${held} checkpoints under registered keys${upTo}${others}${open}`];
  const by = countersigned.map(({ witnessNo, auditSeq }) => `${witnessNo} (${auditSeq})`);
  return by.length === 0 ? lines : [...lines, `countersigned by node (up to): ${by.join(", ")}`];
}

const FIELDS = [
  ...["auditSeq", "auditHead", "entries", "records", "commitments", "verdicts", "votes"],
  ...["dutyUses", "actionUses", "dutyKey", "digest", "signature", "from"],
] as const;

function pairTexts({ witness, nodeNo }: SignerAudit, colors: Colors): readonly string[] {
  const pairs = witness?.pairs ?? [];
  return pairs.slice(0, MOST_PAIRS).map(({ one, other, reason }) => {
    const title = `Two checkpoints that ${reason}, both signed by a duty key that is registered for node ${nodeNo}`;
    const rows = FIELDS.flatMap((name) => {
      const [left, right] = [String(one[name]), String(other[name])];
      if (left === right) return [`  ${name} ${left}`];
      return [colors.red(`- ${name} ${left}`), colors.red(`+ ${name} ${right}`)];
    });
    return [colors.bold(title), ...rows].join("\n");
  });
}

function findingsText({ findings }: SignerAudit, colors: Colors): string {
  const shown = findings.slice(0, MOST_FINDINGS);
  const lines = shown.map(({ code, text }) => `${colors.red(code)}: ${text}`);
  const left = findings.length - shown.length;
  return [...lines, ...(left === 0 ? [] : [`and ${left} more; --json has all`])].join("\n");
}

function verdict({ result, findings, gaps, nonces, witness }: SignerAudit, colors: Colors): string {
  switch (result) {
    case "ok":
      return colors.green("Every use that the log and the ledger show is accounted for.");
    case "failed":
      return colors.red(`NOT ACCOUNTED FOR: ${findings.length} findings.`);
    case "unknown": {
      const unexplained = gaps.filter(({ reason }) => reason === "unexplained").length;
      const count = unexplained + nonces.beforeLog + nonces.unseen + (witness?.unchecked ?? 0);
      return colors.yellow(`Nothing contradicts, and ${count} signatures cannot be explained.`);
    }
  }
}
