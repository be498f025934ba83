// Completes package-lock.json: npm leaves out the binaries of other platforms when the registry in
// use does not carry them, and then `npm ci` refuses the file, everywhere. Run it after each
// `npm install`. --check writes nothing and fails on a gap, or on an address in the file.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isCheck = process.argv.includes("--check");
for (const folder of [".", "bench/peers/restate", "scripts/newest-node"])
  complete(join(root, folder, "package-lock.json"));

function complete(path) {
  const lock = JSON.parse(readFileSync(path, "utf8"));
  const gaps = missing(lock.packages);
  const addressed = Object.keys(lock.packages).filter((key) => {
    const { resolved, link } = lock.packages[key];
    return resolved !== undefined && link !== true;
  });
  for (const key of addressed) console.error(`${path}: ${key} holds an address (see .npmrc)`);
  if (isCheck) {
    for (const [key] of gaps) console.error(`${key}: missing; run node scripts/lockfile.mjs`);
    if (gaps.length > 0) process.exitCode = 1;
  } else if (gaps.length > 0) {
    const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(gaps) });
    lock.packages = Object.fromEntries(packages.sort(([a], [b]) => a.localeCompare(b, "en")));
    writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
    console.log(`${path}: added ${gaps.length} packages of other platforms`);
  }
  if (addressed.length > 0) process.exitCode = 1;
}

function missing(packages) {
  return Object.entries(packages).flatMap(([parent, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !packages[`node_modules/${name}`])
      .filter(([name]) => !packages[`${parent}/node_modules/${name}`])
      .map(([name, version]) => [
        `node_modules/${name}`,
        platformPackage(name, version, entry.dev),
      ]),
  );
}

function platformPackage(name, version, dev) {
  const platform = /-(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/;
  const [, os, arch, abi] = platform.exec(name) ?? [];
  if (os === undefined || !/^\d/.test(version)) {
    throw new Error(`${name}@${version} is missing from the lockfile and names no platform`);
  }
  const libc = abi?.startsWith("musl") ? "musl" : abi?.startsWith("gnu") ? "glibc" : undefined;
  return {
    version,
    cpu: [arch === "amd64" ? "x64" : arch],
    ...(dev ? { dev } : {}),
    ...(libc ? { libc: [libc] } : {}),
    optional: true,
    os: [os],
  };
}
