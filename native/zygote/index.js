import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** `linux-x64`, `linux-arm64-musl`: what a binary was made for. */
export function platformName() {
  const isMusl =
    process.platform === "linux" &&
    process.report.getReport().header.glibcVersionRuntime === undefined;
  return `${process.platform}-${process.arch}${isMusl ? "-musl" : ""}`;
}

/** Path of the addon: built here, else from a release; null when there is none for this system. */
export function addonPath() {
  const paths = [
    here("build/Release/zygote.node"),
    here(`prebuilds/${platformName()}/zygote.node`),
  ];
  return paths.find((path) => existsSync(path)) ?? null;
}
