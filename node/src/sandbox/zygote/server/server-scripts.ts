import { readFileSync } from "node:fs";
import { openScriptEngine, type ScriptEngine } from "@deed/protocol/runtime";
import { serverStart } from "./become-server.ts";

/** What runs scripts, compiled once for all runs of this server; null in one without WebAssembly. */
export function serverScripts(): ScriptEngine | null {
  const { scriptModulePath } = serverStart();
  return scriptModulePath === null ? null : openScriptEngine(readFileSync(scriptModulePath));
}
