#!/usr/bin/env node
// Speaks as much of the solc command line as forge uses, on top of npm's solc.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const args = process.argv.slice(2);
if (args.includes("--version")) {
  process.stdout.write(
    `solc, the solidity compiler commandline interface\nVersion: ${version()}\n`,
  );
} else if (args.includes("--standard-json")) {
  compile();
} else {
  process.stderr.write("solc.cjs: only --version and --standard-json are supported\n");
  process.exitCode = 1;
}

// Loading the compiler takes most of a second and forge asks often, so the answer is kept per solc release.
function version() {
  const release = require("solc/package.json").version;
  const file = path.join(__dirname, "cache", `solc-${release}.version`);
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    const found = require("solc").version().replace(".Emscripten.clang", ".Linux.g++");
    fs.mkdirSync(path.dirname(file), { recursive: true });
    // Renamed into place: two builds may run at once.
    const draft = `${file}.${process.pid}`;
    fs.writeFileSync(draft, found);
    fs.renameSync(draft, file);
    return found;
  }
}

function compile() {
  const base = path.resolve(optionValue("--base-path") ?? process.cwd());
  const read = (name) => {
    try {
      return { contents: fs.readFileSync(path.resolve(base, name), "utf8") };
    } catch (error) {
      return { error: error.message };
    }
  };
  const output = require("solc").compile(fs.readFileSync(0, "utf8"), { import: read });
  // No process.exit: it would cut a long answer short.
  process.stdout.write(output);
}

function optionValue(option) {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args[at + 1];
}
