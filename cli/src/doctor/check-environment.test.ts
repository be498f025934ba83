import { expect, test } from "vitest";
import { checkEnvironment } from "./check-environment.ts";

test("a variable that adds authorities is warned of by its name and file", () => {
  const found = checkEnvironment({ NODE_EXTRA_CA_CERTS: "/tmp/ca.pem", PATH: "/bin" });
  expect(found).toMatchObject({
    result: "warn",
    detail: expect.stringContaining("NODE_EXTRA_CA_CERTS=/tmp/ca.pem"),
    remedy: expect.stringContaining("links.md"),
  });
});

test("nothing is said of an environment without them, or with an empty one", () => {
  expect(checkEnvironment({ PATH: "/bin", NODE_USE_SYSTEM_CA: "" }).result).toBe("ok");
});
