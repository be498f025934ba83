import { ArtifactError, readArtifact } from "@deed/contracts/artifact";
import { expect, test } from "vitest";

test("a compiled contract's bytecode is read from forge's output", () => {
  const artifact = readArtifact("Vault");
  expect(artifact.bytecode).toMatch(/^0x[0-9a-f]{100,}$/);
  expect(artifact.abi.length).toBeGreaterThan(0);
  expect(artifact.linkReferences).toEqual({});
});

test("where the addresses of libraries belong stands beside the bytecode", () => {
  const { bytecode, linkReferences } = readArtifact("Registry");
  const places = Object.values(linkReferences).flatMap((libraries) =>
    Object.values(libraries).flat(),
  );
  expect(places.length).toBeGreaterThan(0);
  for (const { start, length } of places) {
    expect(bytecode.slice(2 + 2 * start, 2 + 2 * (start + length))).toMatch(
      /^__\$[0-9a-f]{34}\$__$/,
    );
  }
});

test("a contract that nobody compiled is named", () => {
  expect(() => readArtifact("Absent")).toThrow(ArtifactError);
  expect(() => readArtifact("Absent")).toThrow("ARTIFACT_MISSING: Absent");
});

test("an interface has no bytecode", () => {
  expect(() => readArtifact("IRegistry")).toThrow("ARTIFACT_WITHOUT_BYTECODE: IRegistry");
});
