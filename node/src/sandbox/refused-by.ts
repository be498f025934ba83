import { readFileSync } from "node:fs";

/** Which part of the system forbids user namespaces. @param setting A value below `/proc/sys`, or null. */
export function refusedBy(
  setting: (name: string) => string | null,
): "apparmor" | "sysctl" | "kernel" {
  if (setting("kernel/apparmor_restrict_unprivileged_userns") === "1") return "apparmor";
  const switches = ["user/max_user_namespaces", "kernel/unprivileged_userns_clone"];
  return switches.some((name) => setting(name) === "0") ? "sysctl" : "kernel";
}

/** A setting of the kernel, or null where it has none. */
export function settingOf(name: string): string | null {
  try {
    return readFileSync(`/proc/sys/${name}`, "utf8").trim();
  } catch {
    return null;
  }
}
