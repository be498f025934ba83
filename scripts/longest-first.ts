import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Ends of the paths of files that take longest, measured: begun last, one would run on while other workers stand idle. */
const LONGEST = [
  ...["kill-roles.e2e", "kills.e2e", "recovery.e2e", "demo.e2e", "kwala-files.e2e", "join.e2e"],
  ...["pause.e2e", "dispute.e2e", "crash.e2e", "peers.e2e", "owner.e2e", "deed.e2e"],
  ...["witness.e2e", "rebuild.e2e", "unanswered", "soak", "escape", "divergence", "keys"],
  ...["zygote-conformance", "node-keys", "schedules", "tls", "bubblewrap-sandbox"],
].map((name) => `/${name}.test.ts`);

/** Long files first, the others as Vitest has them. What a file tests does not depend on it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((end) => moduleId.endsWith(end));
      return at < 0 ? LONGEST.length : at;
    };
    const sorted = await super.sort(files);
    return sorted.sort((left, right) => place(left) - place(right));
  }
}
