import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sealManifest } from "#dbops/lib/backup/manifest.js";
import { type AgeKey, type BackupWorld, backupWorld } from "../support/backup-world.js";

const run = promisify(execFile);
const PASSPHRASE = "correct horse battery staple";

let world: BackupWorld;
let key: AgeKey;
let other: AgeKey;

beforeEach(async () => {
  world = await backupWorld();
  key = await world.ageKey("key.txt");
  other = await world.ageKey("other.txt");
});

afterEach(() => world[Symbol.asyncDispose]());

describe("to recipients", () => {
  test("the stock age program opens what dbops wrote, with every recipient's key", async () => {
    const { parts, encryption } = await world.backup([
      "--encrypt-to",
      key.recipient,
      "--encrypt-to",
      other.recipient,
      "--compress",
      "none",
    ]);
    expect(encryption).toEqual({ kind: "recipients", recipients: [key.recipient, other.recipient] });
    const file = world.path("store", parts[0]?.file ?? "");
    expect(file).toMatch(/\.sqlite\.age$/);
    expect((await readFile(file)).toString("latin1")).toMatch(/^age-encryption\.org\/v1\n/);
    for (const { identity } of [key, other]) {
      await run("age", ["-d", "-i", identity, "-o", world.path("opened.db"), file]);
      expect(rowsOf(world.path("opened.db"))).toBe(500);
      await rm(world.path("opened.db"));
    }
  });

  test("nothing of the database can be read in the file", async () => {
    const { parts } = await world.backup(["--encrypt-to", key.recipient, "--compress", "none"]);
    const bytes = await readFile(world.path("store", parts[0]?.file ?? ""));
    expect(bytes.includes("SQLite format 3")).toBe(false);
    expect(bytes.includes("row 1 ")).toBe(false);
  });

  test("dbops opens what the stock program wrote: the file exchanged for age's own of the same content", async () => {
    const plain = await world.backup(["--compress", "none"]);
    const raw = world.path("store", plain.parts[0]?.file ?? "");
    await run("age", ["-r", key.recipient, "-o", world.path("theirs.age"), raw]);
    const { exit, stdout } = await world.run(["backup", "verify", "--id", plain.id, "--store", "store", "--json"]);
    expect([exit, JSON.parse(stdout).data.verified[0].level]).toEqual([0, "read"]);
    const sealed = await sealAs(plain.id, "theirs.age");
    const verified = await world.run([
      "backup",
      "verify",
      "--id",
      sealed,
      "--store",
      "store",
      "--level",
      "restore",
      "--identity",
      "key.txt",
      "--json",
    ]);
    expect(verified.exit, verified.stderr).toBe(0);
  });

  test("the wrong identity is exit 10, and the backup is not called damaged for it", async () => {
    const { id } = await world.backup(["--encrypt-to", key.recipient]);
    for (const level of ["read", "restore"]) {
      const { exit, json } = await verify(id, ["--level", level, "--identity", other.identity]);
      expect([level, exit, json().error.code]).toEqual([level, 10, "BACKUP.WRONG_KEY"]);
    }
    expect(await state()).toBe("stored");
    expect((await verify(id, ["--identity", key.identity])).exit).toBe(0);
  });

  test.each([
    ["missing", "gone.txt", null],
    ["a public key", "public.txt", "age1"],
    ["no key at all", "words.txt", "only words"],
  ])("an identity file that is %s is exit 2", async (_name, file, content) => {
    const { id } = await world.backup(["--encrypt-to", key.recipient]);
    if (content !== null) await world.write(file, content === "age1" ? key.recipient : content);
    const { exit, json } = await verify(id, ["--identity", file]);
    expect([exit, json().error.code]).toEqual([2, "CONFIG.SECRET"]);
  });
});

describe("a host that holds only recipients", () => {
  test("reads what it can, the stored bytes, and says so", async () => {
    const manifest = await world.backup(["--encrypt-to", key.recipient]);
    expect(manifest.verified).toBe("stored");
    const { exit, json } = await verify(manifest.id, ["--level", "read"]);
    expect([exit, json().data.verified[0].level]).toEqual([0, "stored"]);
    const { stdout } = await world.run(["backup", "list", "--store", "store"]);
    expect(stdout).toContain("unproven: no key here");
  });

  test("can still prove: --verify restore compares before the bytes are encrypted", async () => {
    const manifest = await world.backup(["--encrypt-to", key.recipient, "--verify", "restore"]);
    expect(manifest.verified).toBe("restore");
    expect(await state()).toBe("proven");
    expect(await world.leftovers()).toEqual([]);
    expect((await world.storeFiles()).filter((name) => /\.sqlite/.test(name))).toEqual([manifest.parts[0]?.file]);
  });

  test("cannot prove later: exit 8, never 10", async () => {
    const { id } = await world.backup(["--encrypt-to", key.recipient]);
    const { exit, json } = await verify(id, ["--level", "restore"]);
    expect([exit, json().error.code]).toEqual([8, "BACKUP.UNPROVEN"]);
    expect(json().error.hint).toContain("--identity");
    expect(await state()).toBe("stored");
  });
});

describe("with a passphrase", () => {
  beforeEach(() => world.write("pass.txt", `${PASSPHRASE}\nnot this line\n`));

  test("the stock age program opens it when the passphrase is typed", async () => {
    const { parts, encryption } = await world.backup(["--passphrase-file", "pass.txt", "--compress", "none"]);
    expect(encryption).toEqual({ kind: "passphrase", recipients: [] });
    await atTerminal(`age -d -o opened.db store/${parts[0]?.file}`, [PASSPHRASE]);
    expect(rowsOf(world.path("opened.db"))).toBe(500);
  });

  test("dbops opens what the stock program encrypted with it", async () => {
    const plain = await world.backup(["--compress", "none"]);
    await atTerminal(`age -p -o theirs.age store/${plain.parts[0]?.file}`, [PASSPHRASE, PASSPHRASE]);
    const sealed = await sealAs(plain.id, "theirs.age", "passphrase");
    const { exit, stderr } = await verify(sealed, ["--level", "restore", "--passphrase-file", "pass.txt"]);
    expect(exit, stderr).toBe(0);
  });

  test("another one is exit 10, none is only `stored`", async () => {
    const { id } = await world.backup(["--passphrase-file", "pass.txt"]);
    await world.write("wrong.txt", "another passphrase\n");
    const wrong = await verify(id, ["--passphrase-file", "wrong.txt"]);
    expect([wrong.exit, wrong.json().error.code]).toEqual([10, "BACKUP.WRONG_KEY"]);
    const without = await verify(id, []);
    expect([without.exit, without.json().data.verified[0].level]).toEqual([0, "stored"]);
    expect(await state()).toBe("read");
  });

  test("an identity does not open it", async () => {
    const { id } = await world.backup(["--passphrase-file", "pass.txt"]);
    const { exit, json } = await verify(id, ["--level", "restore", "--identity", key.identity]);
    expect([exit, json().error.code]).toEqual([8, "BACKUP.UNPROVEN"]);
  });

  test.each([
    [["--passphrase-file", "gone.txt"], "gone.txt"],
    [["--passphrase-file", "empty.txt"], "empty"],
  ])("%j is exit 2, and nothing is stored in the clear", async (flags, words) => {
    await world.write("empty.txt", "\n");
    const { exit, stderr } = await world.run(["backup", "app.db", "--store", "store", ...flags]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(await world.storeFiles()).toEqual([]);
  });

  test("and recipients at once are exit 2", async () => {
    const flags = ["--passphrase-file", "pass.txt", "--encrypt-to", key.recipient];
    const { exit, stderr } = await world.run(["backup", "app.db", "--store", "store", ...flags]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining("not both")]);
    expect(await world.storeFiles()).toEqual([]);
  });
});

describe("the application's variables", () => {
  test.each([
    [{ BACKUP_ENCRYPTION: "true" }],
    [{ BACKUP_ENCRYPTION_ENABLED: "true" }],
    [{ BACKUP_ENCRYPTION_ENABLED: "false", BACKUP_ENCRYPTION_KEY: "secret words" }],
    [{ BACKUP_ENCRYPTION: "true", BACKUP_ENCRYPTION_ENABLED: "false" }],
    [{ BACKUP_ENCRYPTION_ENABLED: "perhaps" }],
  ])("%j contradict themselves: exit 2, and nothing is stored in the clear", async (env) => {
    const { exit, stderr } = await world.run(["backup", "app.db", "--store", "store"], { env });
    expect(exit, stderr).toBe(2);
    expect(await world.storeFiles()).toEqual([]);
    expect(stderr).not.toContain("secret words");
  });

  test("a key that begins with age1 is a recipient", async () => {
    const manifest = await world.backup([], { env: { BACKUP_ENCRYPTION_KEY: key.recipient } });
    expect(manifest.encryption).toEqual({ kind: "recipients", recipients: [key.recipient] });
  });

  test("any other key is a passphrase, with or without the switch", async () => {
    for (const env of [
      { BACKUP_ENCRYPTION_KEY: PASSPHRASE },
      { BACKUP_ENCRYPTION_KEY: PASSPHRASE, BACKUP_ENCRYPTION_ENABLED: "true" },
    ]) {
      const manifest = await world.backup([], { env });
      expect([manifest.encryption?.kind, manifest.verified]).toEqual(["passphrase", "read"]);
      expect(manifest.parts[0]?.file).toMatch(/\.age$/);
    }
  });

  test("a private key as key is exit 2, and is not printed", async () => {
    const secret = /AGE-SECRET-KEY-\S+/.exec(await readFile(key.identity, "utf8"))?.[0] ?? "";
    const { exit, stderr, stdout } = await world.run(["backup", "app.db", "--store", "store"], {
      env: { BACKUP_ENCRYPTION_KEY: secret },
    });
    expect(exit).toBe(2);
    expect(`${stdout}${stderr}`).not.toContain(secret);
  });

  test("a flag goes before the variable", async () => {
    const env = { BACKUP_ENCRYPTION_KEY: PASSPHRASE };
    const manifest = await world.backup(["--encrypt-to", key.recipient], { env });
    expect(manifest.encryption).toEqual({ kind: "recipients", recipients: [key.recipient] });
  });
});

test("without the age program the library does the same", async () => {
  const env = { PATH: "/nonexistent" };
  const manifest = await world.backup(
    ["--encrypt-to", key.recipient, "--identity", key.identity, "--compress", "gzip"],
    {
      env,
    },
  );
  expect(manifest.verified).toBe("read");
  expect((await verify(manifest.id, ["--identity", key.identity])).exit).toBe(0);
});

function verify(id: string, flags: readonly string[]) {
  return world.run(["backup", "verify", "--id", id, "--store", "store", "--json", ...flags]);
}

async function state(): Promise<string> {
  const { json } = await world.run(["backup", "list", "--store", "store", "--json"]);
  return json().data.backups[0].state.kind;
}

/** Runs a command at a pseudo-terminal, typing each answer when it is asked for. */
async function atTerminal(command: string, answers: readonly string[]): Promise<void> {
  const terminal = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: world.folder,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let asked = 0;
  terminal.stdout.on("data", (chunk: Buffer) => {
    for (const _ of chunk.toString("utf8").matchAll(/passphrase[^:]*: ?$/gim)) {
      terminal.stdin.write(`${answers[asked] ?? ""}\n`);
      asked += 1;
    }
  });
  expect(await once(terminal, "close")).toEqual([0, null]);
}

/** A copy of a backup under a new ID whose only file is `file`, with a manifest that is sealed as ours. */
async function sealAs(id: string, file: string, kind: "recipients" | "passphrase" = "recipients"): Promise<string> {
  const { sha256: _seal, ...body } = await world.manifest(id);
  const bytes = await readFile(world.path(file));
  const newId = `${id.slice(0, -6)}abcdef`;
  const name = `${newId}.sqlite.age`;
  await writeFile(world.path("store", name), bytes);
  const stored = { storedBytes: bytes.length, storedSha256: createHash("sha256").update(bytes).digest("hex") };
  const parts = body.parts.map((part) => ({ ...part, file: name, ...stored }));
  const encryption = { kind, recipients: kind === "recipients" ? [key.recipient] : [] };
  await writeFile(
    world.path("store", `${newId}.json`),
    sealManifest({ ...body, id: newId, parts, encryption, compression: "none" }).text,
  );
  return newId;
}

function rowsOf(file: string): unknown {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare("SELECT count(*) FROM t").pluck().get();
  } finally {
    database.close();
  }
}
