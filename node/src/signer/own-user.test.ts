import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SystemUser } from "./give-up-root.ts";
import {
  aConfig,
  createSignerBench,
  failureFrom,
  hash,
  type SignerBench,
} from "./signer.testing.ts";
import type { SignerClient } from "./signer-client.ts";
import type { SpawnedSigner } from "./spawn-signer.ts";

// Users by numbers that nobody has; another node's signer would have the second.
const USER: SystemUser = { uid: 1_899_990_001, gid: 1_899_990_001 };
const OTHER: SystemUser = { uid: 1_899_990_002, gid: 1_899_990_002 };
const isRoot = process.getuid?.() === 0;

let bench: SignerBench;
beforeEach(async () => {
  bench = await createSignerBench();
});
afterEach(() => bench.close());

function spawnAs(user: SystemUser): Promise<SpawnedSigner> {
  return bench.spawn({}, undefined, user);
}

/** What the system answers to a process of that user which tries to get at a signer. */
async function attack(user: SystemUser, pid: number): Promise<Readonly<Record<string, string>>> {
  const { keystorePath, auditLogPath, tokenPath, socketPath } = bench.config;
  const script = `
    const fs = require("node:fs"), net = require("node:net");
    const { uid, gid, pid, files, socketPath, folder } = JSON.parse(process.argv[1]);
    process.setgroups([]); process.setgid(gid); process.setuid(uid);
    const said = {};
    const attempt = (name, act) => {
      try { act(); said[name] = "done"; } catch (error) { said[name] = error.code; }
    };
    for (const [name, path] of Object.entries(files)) attempt(name, () => fs.readFileSync(path));
    for (const name of ["mem", "environ", "fd", "maps", "cwd/keystore.json"]) {
      const path = "/proc/" + pid + "/" + name;
      attempt(name, () => name === "fd" ? fs.readdirSync(path) : fs.closeSync(fs.openSync(path, "r")));
    }
    attempt("write", () => fs.writeFileSync(folder + "/planted", ""));
    attempt("kill", () => process.kill(pid, "SIGTERM"));
    net.connect(socketPath)
      .on("connect", function () { said.socket = "done"; this.destroy(); })
      .on("error", (error) => { said.socket = error.code; })
      .on("close", () => console.log(JSON.stringify(said)));
  `;
  const files = { keystore: keystorePath, log: auditLogPath, token: tokenPath };
  const task = { ...user, pid, files, socketPath, folder: bench.directory };
  const child = spawn(process.execPath, ["-e", script, JSON.stringify(task)]);
  let text = "";
  child.stdout.on("data", (part: Buffer) => {
    text += part.toString();
  });
  await once(child, "close");
  return JSON.parse(text) as Record<string, string>;
}

describe.skipIf(!isRoot)("as root (needs root, to have other users)", () => {
  test("a signer has a user and a group of its own, and nothing of root is left to it", async () => {
    const { pid } = await spawnAs(USER);
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const line = (name: string): string =>
      new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(status)?.[1]?.trim() ?? "";
    const { uid, gid } = USER;
    expect(line("Uid").split("\t")).toEqual(Array(4).fill(String(uid)));
    expect(line("Gid").split("\t")).toEqual(Array(4).fill(String(gid)));
    expect(line("Groups")).toBe("");
    for (const set of ["CapPrm", "CapEff", "CapAmb"]) expect(Number(`0x${line(set)}`)).toBe(0);
  });

  test("what it works with belongs to it alone, and it signs", async () => {
    await spawnAs(USER);
    await bench.client().commitment({ batchNo: 1, draw: 0, commitment: hash(1) });
    const { keystorePath, auditLogPath, tokenPath, socketPath } = bench.config;
    const configPath = join(bench.directory, "signer.json");
    for (const path of [keystorePath, auditLogPath, tokenPath, configPath, socketPath]) {
      const { uid, gid, mode } = statSync(path);
      expect({ path, uid, gid, mode: mode & 0o777 }).toEqual({ path, ...USER, mode: 0o600 });
    }
    for (const path of [bench.directory, join(socketPath, "..")]) {
      const { uid, mode } = statSync(path);
      expect({ path, uid, mode: mode & 0o777 }).toEqual({ path, uid: USER.uid, mode: 0o700 });
    }
  });

  test("another user reads nothing of it, in no file and no memory, and neither ends nor reaches it", async () => {
    const { pid } = await spawnAs(USER);
    const closed = "EACCES";
    expect(await attack(OTHER, pid)).toEqual({
      keystore: closed,
      log: closed,
      token: closed,
      mem: closed,
      environ: closed,
      fd: closed,
      maps: closed,
      "cwd/keystore.json": closed,
      write: closed,
      kill: "EPERM",
      socket: closed,
    });
    expect((await bench.client().status()).halted).toBeNull();
  });

  test("control: its own user reads the files, but not the memory of a process that was root's", async () => {
    const { pid } = await spawnAs(USER);
    const said = await attack(USER, pid);
    expect(said).toMatchObject({ keystore: "done", token: "done", kill: "done" });
    expect(said).toMatchObject({ mem: "EACCES", environ: "EACCES" });
  });

  test("it starts again after kill -9, below a folder that its user cannot pass", async () => {
    const folder = join(bench.directory, "closed", "signer");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    copyFileSync(bench.config.keystorePath, join(folder, "keystore.json"));
    chmodSync(join(folder, "keystore.json"), 0o600);
    const config = aConfig(folder, join(folder, "keystore.json"));
    const changes = { ...config, socketPath: join(folder, "signer.sock") };
    const client = (): SignerClient => {
      const token = readFileSync(config.tokenPath, "utf8").trim();
      return bench.client({ socketPath: changes.socketPath, token });
    };
    const spawnBelow = () => bench.spawn(changes, undefined, USER, join(folder, "signer.json"));
    const first = await spawnBelow();
    await client().commitment({ batchNo: 1, draw: 0, commitment: hash(1) });
    process.kill(first.pid, "SIGKILL");
    await first.ended;
    await spawnBelow();
    const again = client().commitment({ batchNo: 1, draw: 0, commitment: hash(2) });
    expect((await failureFrom(again)).code).toBe("E_EQUIVOCATION");
    expect(statSync(bench.directory).uid).toBe(0);
    expect(statSync(folder).uid).toBe(USER.uid);
  });

  test("a restored copy of a later keystore, which is root's, becomes its user's, too", async () => {
    const first = await spawnAs(USER);
    const { number } = await bench.client().addKeySet();
    await first.close();
    const path = join(bench.directory, "keystore-2.json");
    const copy = readFileSync(path);
    rmSync(path);
    writeFileSync(path, copy, { mode: 0o600 });
    expect(statSync(path).uid).toBe(0);
    await spawnAs(USER);
    expect((await bench.client().status()).sets).toHaveLength(number);
    expect(statSync(path).uid).toBe(USER.uid);
  });

  test("a full disk is told by its name, at the start and later, and nothing is signed on it", async (context) => {
    const folder = join(bench.directory, "small");
    mkdirSync(folder, { mode: 0o700 });
    const small = ["-t", "tmpfs", "-o", "size=16k,mode=0700", "tmpfs", folder];
    if (spawnSync("mount", small).status !== 0) context.skip("needs the right to mount");
    try {
      const fill = (): void => writeFileSync(join(folder, "rest"), "x".repeat(65_536));
      const auditLogPath = join(folder, "audit.log");
      expect(fill).toThrow("ENOSPC");
      const started = await failureFrom(bench.spawn({ auditLogPath }));
      expect(JSON.stringify(started)).toContain("ENOSPC");
      rmSync(join(folder, "rest"));
      await bench.spawn({ auditLogPath });
      expect(fill).toThrow("ENOSPC");
      const asked = Array.from({ length: 40 }, (_, index) =>
        bench.client().commitment({ batchNo: index, draw: 0, commitment: hash(1) }),
      );
      const ends = await Promise.allSettled(asked);
      const refused = ends.filter(({ status }) => status === "rejected").length;
      expect(refused).toBeGreaterThan(0);
      const { halted } = await bench.client().status();
      expect(halted).toContain("ENOSPC");
    } finally {
      // At once, whoever has it open; the signers end with the bench.
      execFileSync("umount", ["-l", folder]);
    }
  });

  test.each<[string, (path: string) => void]>([
    ["a link to another's file", (path) => symlinkSync("/etc/shadow", path)],
    ["a second name of another's file", (path) => linkSync(join(bench.directory, "foreign"), path)],
    [
      "a file of a third user",
      (path) => {
        writeFileSync(path, "", { mode: 0o600 });
        chownSync(path, OTHER.uid, OTHER.gid);
      },
    ],
    [
      "a file that others can read",
      (path) => {
        writeFileSync(path, "");
        chmodSync(path, 0o644);
      },
    ],
  ])("root gives it no file by way of %s", async (_, plant) => {
    writeFileSync(join(bench.directory, "foreign"), "", { mode: 0o600 });
    rmSync(bench.config.tokenPath, { force: true });
    plant(bench.config.tokenPath);
    expect((await failureFrom(spawnAs(USER))).code).toBe("E_CONFIG");
    expect(statSync("/etc/shadow").uid).toBe(0);
    expect(statSync(join(bench.directory, "foreign")).uid).toBe(0);
  });

  test("a node of another user reaches its signer by a group, and no other file of it", async () => {
    const group = 1_899_990_003;
    const run = join(bench.directory, "run");
    mkdirSync(run, { mode: 0o710 });
    chownSync(run, 0, group);
    chmodSync(bench.directory, 0o711);
    const { pid } = await bench.spawn({ clientGid: group, tokenPath: join(run, "token") });
    const said = await attack({ uid: OTHER.uid, gid: group }, pid);
    expect(said).toMatchObject({
      socket: "done",
      keystore: "EACCES",
      log: "EACCES",
      kill: "EPERM",
    });
    const token = statSync(join(run, "token"));
    expect({ gid: token.gid, mode: token.mode & 0o777 }).toEqual({ gid: group, mode: 0o640 });
    expect(await attack(OTHER, pid)).toMatchObject({ socket: "EACCES" });
  });
});

test("without root there is no other user to become: the signer does not start", async () => {
  const child = spawn(process.execPath, [
    ...["--conditions=source", "--import", import.meta.resolve("tsx"), "-e"],
    `process.getuid() === 0 && (process.setgid(${OTHER.gid}), process.setuid(${OTHER.uid}));
     import(${JSON.stringify(import.meta.resolve("./give-up-root.ts"))}).then(({ giveUpRoot }) => {
       try { giveUpRoot(${JSON.stringify(USER)}); } catch ({ failure }) { console.log(failure.code); }
     });`,
  ]);
  let text = "";
  child.stdout.on("data", (part: Buffer) => {
    text += part.toString();
  });
  await once(child, "close");
  expect(text.trim()).toBe("E_START");
});
