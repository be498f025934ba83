import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";

/** The code that runs inside: the runtime as it is, and the attacks that the tests know. */
export interface Packed {
  readonly child: string;
  readonly server: string;
}

const SANDBOX = new URL("../../../node/src/sandbox/", import.meta.url);

/** Joins each into one file, as the build does with what it ships. @param folder One of the caller's own. */
export async function packChildren(folder: string): Promise<Packed> {
  const pack = async (source: string, name: string): Promise<string> => {
    const outfile = join(folder, name);
    await build({
      entryPoints: [fileURLToPath(new URL(source, SANDBOX))],
      ...{ bundle: true, platform: "node", format: "cjs", target: "node20" },
      ...{ minifyWhitespace: true, minifySyntax: true, legalComments: "none" },
      ...{ conditions: ["source"], logLevel: "error", outfile },
    });
    return outfile;
  };
  const child = await pack("soaked-child.testing.ts", "soaked-child.cjs");
  const server = await pack("zygote/soaked-server.testing.ts", "soaked-server.cjs");
  // Its helper process would be counted.
  await stop();
  // Containers of root's belong to an ordinary user, who must get at the files.
  await chmod(folder, 0o755);
  return { child, server };
}
