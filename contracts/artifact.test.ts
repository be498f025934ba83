import { ArtifactError, readArtifact } from "@deed/contracts/artifact";
import { expect, test } from "vitest";

test("a compiled contract's bytecode is read from forge's output", () => {
  const artifact = readArtifact("Registry");
  expect(artifact.bytecode).toMatch(/^0x[0-9a-f]{100,}$/);
  expect(artifact.abi.length).toBeGreaterThan(0);
});

test("a contract that nobody compiled is named", () => {
  expect(() => readArtifact("Absent")).toThrow(ArtifactError);
  expect(() => readArtifact("Absent")).toThrow("ARTIFACT_MISSING: Absent");
});

test("an interface has no bytecode", () => {
  expect(() => readArtifact("IRegistry")).toThrow("ARTIFACT_WITHOUT_BYTECODE: IRegistry");
});
