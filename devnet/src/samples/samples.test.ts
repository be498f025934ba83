import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compileWorkflow, registrationObstacles } from "@deed/protocol/intent";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { SAMPLES } from "./samples.ts";

const places = {
  chainId: 31337,
  tokenAddress: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  counterAddress: "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9",
  echoUrl: "http://127.0.0.1:8787",
  expires: "2027-06-30T00:00:00Z",
};
const path = createRequire(import.meta.url).resolve("@deed/protocol/schema/deed-v1.schema.json");
const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(path, "utf8")));

test.each(SAMPLES)("$fileName compiles, registers and fits the schema", (sample) => {
  const yaml = sample.yaml(places);
  const compiled = compileWorkflow(yaml, {
    fileName: sample.fileName,
    chains: { ledger: 31337, others: [] },
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics, null, 2));
  expect(compiled.warnings.every(({ code }) => code === "DEED_PLAIN_HTTP")).toBe(true);
  expect(registrationObstacles(compiled.plan, { ledgerChainId: 31337 })).toEqual([]);
  expect(`${compiled.plan.name}.yaml`).toBe(sample.fileName);
  validate(parse(yaml));
  expect(validate.errors).toBe(null);
});
