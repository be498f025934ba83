import type { CgroupPlace } from "./cgroup-place.ts";

/** For people: what holds a run to its limits. */
export function limitsReason(cgroups: CgroupPlace | null): string {
  return cgroups === null
    ? "limits by rlimits alone, for no control group may be made here (systemd: Delegate=yes)"
    : `limits by control groups (version ${cgroups.version}) and rlimits`;
}
