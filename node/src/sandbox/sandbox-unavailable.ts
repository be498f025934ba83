/** Why an adapter cannot be used on this system. */
export type UnavailableReason =
  | { readonly code: "SYSTEM_UNSUPPORTED"; readonly system: string }
  | { readonly code: "TOOL_MISSING"; readonly tool: string; readonly debianPackage: string }
  | { readonly code: "NOT_BUNDLED" }
  | { readonly code: "NOT_COMPILED"; readonly hasCompiler: boolean }
  | {
      readonly code: "NAMESPACES_REFUSED";
      readonly by: "apparmor" | "sysctl" | "kernel";
      readonly detail: string;
    }
  | { readonly code: "SELF_TEST_FAILED"; readonly detail: string };

/** Thrown where an adapter is opened; another one may still work. */
export class SandboxUnavailable extends Error {
  override readonly name = "SandboxUnavailable";
  readonly reason: UnavailableReason;
  /** The one command that mends it, or what to do where none does. */
  readonly remedy: string;

  constructor(reason: UnavailableReason, options?: ErrorOptions) {
    super(messageOf(reason), options);
    this.reason = reason;
    this.remedy = remedyOf(reason);
  }
}

function messageOf(reason: UnavailableReason): string {
  switch (reason.code) {
    case "SYSTEM_UNSUPPORTED":
      return `containers are not made on ${reason.system}`;
    case "TOOL_MISSING":
      return `${reason.tool} is not installed`;
    case "NOT_BUNDLED":
      return "the code that runs inside is not joined into one file";
    case "NOT_COMPILED":
      return `the fork server is not compiled${reason.hasCompiler ? "" : ", and there is no C compiler"}`;
    case "NAMESPACES_REFUSED":
      return `this system lets no ordinary user make namespaces (${reason.detail})`;
    case "SELF_TEST_FAILED":
      return `the self-test failed: ${reason.detail}`;
  }
}

function remedyOf(reason: UnavailableReason): string {
  switch (reason.code) {
    case "SYSTEM_UNSUPPORTED":
      return "Linux on x86-64 or arm64 has containers.";
    case "TOOL_MISSING":
      return `sudo apt-get install ${reason.debianPackage}`;
    case "NOT_BUNDLED":
      return "npm run build";
    case "NOT_COMPILED":
      return reason.hasCompiler ? COMPILE : `sudo apt-get install gcc libc6-dev && ${COMPILE}`;
    case "NAMESPACES_REFUSED":
      return NAMESPACE_REMEDY[reason.by];
    case "SELF_TEST_FAILED":
      return "deed doctor";
  }
}

const COMPILE = "npm run build --workspace @deed/zygote";

const NAMESPACE_REMEDY = {
  apparmor: "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
  sysctl: "sudo sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1",
  kernel:
    "Run the node where user namespaces are allowed: not inside a container that forbids them.",
} as const;
