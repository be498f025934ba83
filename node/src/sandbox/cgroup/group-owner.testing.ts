import { recordGroups } from "./group-record.ts";

// A node that has written down its groups and waits to be killed: `directory name folder…`.
const [directory = "", name = "", ...folders] = process.argv.slice(2);
recordGroups(directory, name, folders);
process.stdout.write("recorded\n");
setInterval(() => undefined, 1_000);
