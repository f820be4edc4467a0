import { appendFile, readFile, truncate, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listSchema } from "#dbops/commands/backup/list-schema.js";
import type { Manifest } from "#dbops/lib/backup/manifest.js";
import { parseAgeHeader } from "#dbops/lib/codec/age-header.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";

/** A chunk of an encrypted file with its tag; a nonce of 16 bytes stands between header and chunks. */
const CHUNK = 65_536 + 16;

let world: BackupWorld;

beforeEach(async () => {
  world = await backupWorld(3000);
});

afterEach(() => world[Symbol.asyncDispose]());

describe("where a backup is damaged, as `list` says it", () => {
  test.each([
    ["the age program", {}, 3],
    ["the age program, in the first chunk or the header", {}, 0],
    ["the library, without the program", { PATH: "/nonexistent" }, 3],
  ])("an encrypted file, opened by %s: the chunk that does not open", async (_who, env, chunk) => {
    const { identity, recipient } = await world.ageKey("key.txt");
    const manifest = await world.backup(["--compress", "none", "--encrypt-to", recipient, "--identity", identity]);
    const headerBytes = parseAgeHeader(await readFile(fileOf(manifest)))?.bytes ?? 0;
    const start = headerBytes + 16 + chunk * CHUNK;
    await flip(manifest, start + 30_000);
    const { state, damagedAt } = await verified(manifest, ["--identity", identity], { env });
    const isExact = !("PATH" in env);
    expect(damagedAt?.of).toBe("file");
    const { fromByte = -1, toByte = null } = damagedAt ?? {};
    if (isExact) expect([fromByte, toByte]).toEqual([chunk === 0 ? 0 : start, start + CHUNK - 1]);
    else expect([fromByte <= start, toByte]).toEqual([true, null]);
    const upTo = isExact ? ` to ${toByte}` : " or after it";
    expect(state.text).toMatch(new RegExp(`^damaged at byte ${fromByte}${upTo}: `));
  });

  test.each([
    ["zstd", -50_000],
    ["gzip", 10],
  ])("a file of %s: how far its content can be read", async (compress, whole) => {
    const manifest = await world.backup(["--compress", compress]);
    const bytes = await readFile(fileOf(manifest));
    const sound = bytes.subarray(0, whole);
    await writeFile(fileOf(manifest), Buffer.concat([sound, Buffer.alloc(bytes.length - sound.length, 0xff)]));
    const { state, damagedAt } = await verified(manifest);
    expect(damagedAt).toEqual({ of: "content", fromByte: expect.any(Number), toByte: null });
    expect(damagedAt?.fromByte).toBeLessThan(manifest.parts[0]?.rawBytes ?? 0);
    expect(state.text).toMatch(/^damaged: unreadable after byte \d+ of the content: /);
  });

  test("a checksum alone knows no place", async () => {
    const manifest = await world.backup(["--compress", "none"]);
    await flip(manifest, 30_000);
    const { state, damagedAt } = await verified(manifest);
    expect(damagedAt).toBeNull();
    expect(state.text).toBe(`damaged: ${manifest.parts[0]?.file} is not what was backed up`);
  });

  test("a key that does not fit is not taken for a place", async () => {
    const [mine, other] = [await world.ageKey("mine.txt"), await world.ageKey("other.txt")];
    const flags = ["--encrypt-to", mine.recipient, "--identity", mine.identity];
    const manifest = await world.backup(["--compress", "none", ...flags]);
    await flip(manifest, 300_000);
    expect((await verified(manifest, ["--identity", other.identity])).damagedAt).toBeNull();
  });

  test("a file that is cut or goes on, also before anybody has looked", async () => {
    const manifest = await world.backup();
    const { file = "", storedBytes = 0 } = manifest.parts[0] ?? {};
    await appendFile(fileOf(manifest), "more");
    expect((await listed(manifest)).state.text).toBe(`damaged at byte ${storedBytes}: ${file} should end there`);
    await truncate(fileOf(manifest), 1234);
    const cut = `damaged at byte 1234: ${file} ends there, of ${storedBytes} bytes`;
    expect((await listed(manifest)).state).toEqual({ kind: "incomplete", text: cut });
    expect((await verified(manifest)).damagedAt).toEqual({ of: "file", fromByte: 1234, toByte: 1234 });
  });

  test("marks of older versions know no place", async () => {
    const manifest = await world.backup();
    const mark = { version: 1, id: manifest.id, at: "2030-01-01T00:00:00Z", problem: "seen by an older one", run: "r" };
    await world.write(`store/${manifest.id}.damaged-20300101T000000Z-abcdef.json`, JSON.stringify(mark));
    expect((await listed(manifest)).state.text).toBe("damaged: seen by an older one");
  });
});

async function verified(manifest: Manifest, flags: readonly string[] = [], { env = {} } = {}) {
  const argv = ["backup", "verify", "--id", manifest.id, "--store", "store", "--level", "read", ...flags];
  const { exit, stderr } = await world.run(argv, { env });
  expect(exit, stderr).toBe(10);
  return await listed(manifest);
}

async function listed({ id }: Manifest) {
  const { json } = await world.run(["backup", "list", "--store", "store", "--json"]);
  const found = listSchema.parse(json().data).backups.find((backup) => backup.id === id);
  if (found === undefined) throw new Error(`${id} is not listed`);
  return found;
}

async function flip(manifest: Manifest, at: number): Promise<void> {
  const bytes = await readFile(fileOf(manifest));
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(fileOf(manifest), bytes);
}

function fileOf({ parts }: Manifest): string {
  return world.path("store", parts[0]?.file ?? "");
}
