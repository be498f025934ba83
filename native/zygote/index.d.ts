/** `linux-x64`, `linux-arm64-musl`: what a binary was made for. */
export function platformName(): string;

/** Path of the addon: built here, else from a release; null when there is none for this system. */
export function addonPath(): string | null;
