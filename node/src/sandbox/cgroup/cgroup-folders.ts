import { join, relative } from "node:path";

/** Where this process's own control group lies, by version of the interface. */
export type CgroupFolders =
  | { readonly version: 1; readonly memory: string; readonly pids: string }
  | { readonly version: 2; readonly folder: string };

/**
 * The folders of this process's group: version 1 when it has the controllers, else version 2.
 *
 * @param groups `/proc/self/cgroup`: `4:memory:/path`, `0::/path`. @param mounts `/proc/self/mountinfo`.
 */
export function cgroupFolders(groups: string, mounts: string): CgroupFolders | null {
  const own = new Map(
    groups
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(":"))
      .flatMap(([, controllers, ...path]) =>
        (controllers ?? "").split(",").map((controller) => [controller, path.join(":")] as const),
      ),
  );
  const folderOf = (controller: string): string | null => {
    const path = own.get(controller);
    const mount = mountOf(mounts, controller);
    if (path === undefined || mount === null) return null;
    const below = relative(mount.root, path);
    // A group outside of what is mounted here cannot be reached.
    return below.startsWith("..") ? null : join(mount.at, below);
  };
  const memory = folderOf("memory");
  const pids = folderOf("pids");
  if (memory !== null && pids !== null) return { version: 1, memory, pids };
  const folder = folderOf("");
  return folder === null ? null : { version: 2, folder };
}

/** `36 25 0:31 /root /at options … - cgroup cgroup rw,memory`; version 2 has no controller in its name. */
function mountOf(
  mounts: string,
  controller: string,
): { readonly root: string; readonly at: string } | null {
  for (const line of mounts.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root = "/", at = ""] = before.split(" ");
    const [type, , options = ""] = after.split(" ");
    const isIt =
      controller === ""
        ? type === "cgroup2"
        : type === "cgroup" && options.split(",").includes(controller);
    if (isIt) return { root, at };
  }
  return null;
}
