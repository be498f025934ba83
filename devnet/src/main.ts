// Joined into one file the program starts faster; unjoined it is the same program.

import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { freshBundle } from "@deed/node/bundle";

const bundle = freshBundle(dirname(fileURLToPath(import.meta.url)), "start.js");
await (bundle === null ? import("./start/main.ts") : import(pathToFileURL(bundle).href));
