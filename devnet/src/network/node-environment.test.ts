import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeEnvironment } from "./node-environment.ts";

test("credentials of a cloud reach the node whose keys are there, and no other", () => {
  const directory = mkdtempSync(join(tmpdir(), "deed-environment-"));
  const cloud = join(directory, "cloud.json");
  writeFileSync(cloud, JSON.stringify({ duty: { kind: "aws-kms", keyId: "a" } }));
  const token = join(directory, "token.json");
  writeFileSync(token, JSON.stringify({ duty: { kind: "pkcs11", label: "a" } }));
  const place = { directory, keysFiles: { 1: cloud, 2: token } };
  const all = { PATH: "/bin", HOME: "/root", AWS_SECRET_ACCESS_KEY: "s", OTHER: "o" };
  const given = { PATH: "/bin", HOME: "/root", AWS_SECRET_ACCESS_KEY: "s" };
  expect(nodeEnvironment(1, place, all)).toEqual(given);
  expect(nodeEnvironment(2, place, all)).toEqual({ PATH: "/bin" });
  expect(nodeEnvironment(3, place, all)).toEqual({ PATH: "/bin" });
  // What a network keeps of an earlier start counts without the option.
  mkdirSync(join(directory, "node-4"));
  writeFileSync(join(directory, "node-4", "keys.json"), JSON.stringify({ a: { kind: "aws-kms" } }));
  expect(nodeEnvironment(4, { directory }, all)).toEqual(given);
  rmSync(directory, { recursive: true });
});
