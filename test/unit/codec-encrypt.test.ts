import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAgeHeader, parseAgeHeader } from "#dbops/lib/codec/age-header.js";
import { chooseEncryption } from "#dbops/lib/codec/choose-encryption.js";
import { type Keys, openDecryptor } from "#dbops/lib/codec/decrypt.js";
import { type Encryption, openEncryptor } from "#dbops/lib/codec/encrypt.js";
import { readIdentity } from "#dbops/lib/codec/identity.js";
import { connect } from "#dbops/lib/codec/pipeline.js";
import { checkRecipients } from "#dbops/lib/codec/recipients.js";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";
import { codeOf, endlessSource, never, sampleBytes, temporaryFolder, through } from "../support/codec-run.js";

const children = new ChildRegistry();
const withProgram = { PATH: process.env.PATH };
const withoutProgram = { PATH: "/nonexistent" };
const sample = sampleBytes(400_000);
const passphrase = { reveal: () => "correct horse battery staple" };
const wrongPassphrase = { reveal: () => "correct horse battery stable" };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let mine: { readonly identity: string; readonly recipient: string };
let other: { readonly identity: string; readonly recipient: string };
let ssh: { readonly identity: string; readonly recipient: string };

beforeAll(async () => {
  folder = await temporaryFolder();
  mine = newKey("mine.txt");
  other = newKey("other.txt");
  const path = join(folder.path, "id_ed25519");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "someone@somewhere", "-f", path]);
  ssh = { identity: path, recipient: (await readFile(`${path}.pub`, "utf8")).trim() };
});

afterAll(async () => {
  await children[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function newKey(name: string) {
  const identity = join(folder.path, name);
  execFileSync("age-keygen", ["-o", identity], { stdio: "ignore" });
  return { identity, recipient: execFileSync("age-keygen", ["-y", identity], { encoding: "utf8" }).trim() };
}

function to(...recipients: readonly string[]): Encryption {
  return { kind: "recipients", recipients };
}

async function encrypted(encryption: Encryption, env = withProgram): Promise<Buffer> {
  return await through(sample, [await openEncryptor(encryption, { children, env })]);
}

async function decrypted(bytes: Buffer, keys: Partial<Keys>, env = withProgram): Promise<Buffer> {
  const options = { children, env, file: "app.sqlite.zst.age" };
  return await through(bytes, [openDecryptor({ identity: null, passphrase: null, ...keys }, options)]);
}

/** Runs the stock program in a pseudo-terminal, where it asks for passphrases. */
async function ageInTerminal(args: string, typed: readonly string[]): Promise<void> {
  const terminal = spawn("script", ["-qec", `age ${args}`, "/dev/null"], { stdio: ["pipe", "ignore", "ignore"] });
  terminal.stdin.end(typed.map((line) => `${line}\n`).join(""));
  expect(await once(terminal, "close")).toEqual([0, null]);
}

describe.each([
  ["the age program", () => withProgram],
  ["the library", () => withoutProgram],
] as const)("recipients, by %s", (_by, env) => {
  test("each of several identities opens the file", async () => {
    const file = await encrypted(to(mine.recipient, other.recipient), env());
    expect(parseAgeHeader(file)).toMatchObject({ stanzas: ["X25519", "X25519"] });
    for (const { identity } of [mine, other]) {
      expect(sample.equals(await decrypted(file, { identity }, env()))).toBe(true);
      const input = { input: file, maxBuffer: 1e8 };
      expect(sample.equals(execFileSync("age", ["-d", "-i", identity], input))).toBe(true);
    }
  });

  test("a file of the stock program opens", async () => {
    const file = execFileSync("age", ["-r", mine.recipient], { input: sample, maxBuffer: 1e8 });
    expect(sample.equals(await decrypted(file, { identity: mine.identity }, env()))).toBe(true);
  });

  test("an empty content is a content", async () => {
    const stage = await openEncryptor(to(mine.recipient), { children, env: env() });
    const file = await through(Buffer.alloc(0), [stage]);
    expect(isAgeHeader(file)).toBe(true);
    expect(await decrypted(file, { identity: mine.identity }, env())).toHaveLength(0);
  });

  test("another identity is the wrong key", async () => {
    const file = await encrypted(to(mine.recipient), env());
    expect(await codeOf(decrypted(file, { identity: other.identity }, env()))).toBe("BACKUP.WRONG_KEY");
  });

  test("cut and flipped files are damaged", async () => {
    const file = await encrypted(to(mine.recipient), env());
    for (const length of [0, 10, 150, 250, 100_000, file.length - 1]) {
      const cut = decrypted(file.subarray(0, length), { identity: mine.identity }, env());
      expect.soft(await codeOf(cut), `cut at ${length}`).toBe("BACKUP.DAMAGED");
    }
    const headerEnd = file.indexOf("\n--- ") + 5;
    for (const place of [0, 10, headerEnd + 10, headerEnd + 50, 65_800, file.length >> 1, file.length - 1]) {
      const bad = Buffer.from(file);
      bad.writeUInt8(bad.readUInt8(place) ^ 1, place);
      const flipped = decrypted(bad, { identity: mine.identity }, env());
      expect.soft(await codeOf(flipped), `flipped at ${place}`).toBe("BACKUP.DAMAGED");
    }
  });

  test("a cut on the border of a chunk is damaged too", async () => {
    const file = await encrypted(to(mine.recipient), env());
    const payload = file.indexOf("\n", file.indexOf("\n--- ") + 1) + 1 + 16;
    const cut = decrypted(file.subarray(0, payload + 2 * (65_536 + 16)), { identity: mine.identity }, env());
    expect(await codeOf(cut)).toBe("BACKUP.DAMAGED");
  });
});

describe("a passphrase", () => {
  /** Made once: each time a key is made of the passphrase, which is slow by design. */
  let sealed: Buffer;

  beforeAll(async () => {
    sealed = await encrypted({ kind: "passphrase", passphrase });
  });

  test("goes to the stock program and back", async () => {
    const [theirs, plain, ours, opened] = ["theirs.age", "plain", "ours.age", "opened"].map((name) =>
      join(folder.path, name),
    );
    await writeFile(`${plain}`, sample);
    await ageInTerminal(`-p -o ${theirs} ${plain}`, [passphrase.reveal(), passphrase.reveal()]);
    expect(sample.equals(await decrypted(await readFile(`${theirs}`), { passphrase }))).toBe(true);
    await writeFile(`${ours}`, sealed);
    await ageInTerminal(`-d -o ${opened} ${ours}`, [passphrase.reveal()]);
    expect(sample.equals(await readFile(`${opened}`))).toBe(true);
  });

  test("another one is the wrong key; damage is damage", async () => {
    expect(parseAgeHeader(sealed)).toMatchObject({ stanzas: ["scrypt"] });
    expect(await codeOf(decrypted(sealed, { passphrase: wrongPassphrase }))).toBe("BACKUP.WRONG_KEY");
    expect(await codeOf(decrypted(sealed.subarray(0, -1), { passphrase }))).toBe("BACKUP.DAMAGED");
    const bad = Buffer.from(sealed);
    bad.writeUInt8(bad.readUInt8(200_000) ^ 1, 200_000);
    expect(await codeOf(decrypted(bad, { passphrase }))).toBe("BACKUP.DAMAGED");
  });

  test("the header decides which of both keys is used", async () => {
    const keys = { identity: mine.identity, passphrase };
    expect(sample.equals(await decrypted(sealed, keys))).toBe(true);
    expect(sample.equals(await decrypted(await encrypted(to(mine.recipient)), keys))).toBe(true);
  });

  test("a missing key is named by its kind", async () => {
    const byPassphrase = decrypted(sealed, { identity: mine.identity });
    await expect(byPassphrase).rejects.toMatchObject({ code: "BACKUP.KEY_MISSING", why: "no passphrase was given" });
    const byRecipient = decrypted(await encrypted(to(mine.recipient)), { passphrase });
    await expect(byRecipient).rejects.toMatchObject({ code: "BACKUP.KEY_MISSING", why: "no identity file was given" });
  });
});

describe("SSH keys", () => {
  test("work where the program is", async () => {
    const file = await encrypted(to(ssh.recipient));
    expect(parseAgeHeader(file)).toMatchObject({ stanzas: ["ssh-ed25519"] });
    expect(sample.equals(await decrypted(file, { identity: ssh.identity }))).toBe(true);
  });

  test("name the package where it is not", async () => {
    expect(await codeOf(openEncryptor(to(ssh.recipient), { children, env: withoutProgram }))).toBe("TOOL.MISSING");
    const file = await encrypted(to(ssh.recipient));
    expect(await codeOf(decrypted(file, { identity: ssh.identity }, withoutProgram))).toBe("TOOL.MISSING");
  });

  test("that ask for a passphrase are refused, not waited for", async () => {
    const path = join(folder.path, "id_locked");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", path]);
    const file = await encrypted(to((await readFile(`${path}.pub`, "utf8")).trim()));
    expect(await codeOf(decrypted(file, { identity: path }))).toBe("CONFIG.SECRET");
  });
});

test("what is no age file is damaged, not shown", async () => {
  const text = Buffer.from("plain text of a database\n".repeat(1000));
  expect(await codeOf(decrypted(text, { identity: mine.identity }))).toBe("BACKUP.DAMAGED");
});

test("kill -9 of age never looks like an end", async () => {
  for (const stage of [
    await openEncryptor(to(mine.recipient), { children, env: withProgram }),
    await openEncryptor(to(other.recipient), { children, env: withProgram }),
  ]) {
    const victim = children.live[0]?.pid ?? 0;
    const chain = connect(endlessSource().stream, [stage], never);
    let bytes = 0;
    chain.output.on("data", (chunk: Buffer) => {
      const wasBelow = bytes <= 500_000;
      bytes += chunk.length;
      if (wasBelow && bytes > 500_000) process.kill(victim, "SIGKILL");
    });
    await expect(chain.ended).rejects.toMatchObject({ code: "TOOL.FAILED", message: "age ended with signal SIGKILL" });
  }
  expect(children.live).toEqual([]);
});

describe("recipients", () => {
  test("are accepted when their syntax is right", async () => {
    await checkRecipients([mine.recipient, other.recipient, ssh.recipient]);
  });

  test.each([
    ["a changed letter", () => mine.recipient.replace(/.$/, (last) => (last === "q" ? "p" : "q"))],
    ["a cut one", () => mine.recipient.slice(0, -3)],
    ["an empty one", () => ""],
    ["a name", () => "alice"],
    ["half an SSH key", () => "ssh-ed25519"],
    ["an option", () => "--output=/etc/passwd"],
  ])("%s is refused", async (_what, recipient) => {
    expect(await codeOf(checkRecipients([mine.recipient, recipient()]))).toBe("USAGE.INVALID");
  });

  test("a secret key is refused without being shown", async () => {
    const secret = (await readIdentity(mine.identity)).keys[0] ?? "";
    const refused = await checkRecipients([secret]).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "USAGE.INVALID" });
    expect(JSON.stringify(refused) + String(refused)).not.toContain(secret.slice(16));
  });

  test("and a passphrase exclude each other", async () => {
    expect(await codeOf(chooseEncryption({ encryptTo: [mine.recipient], passphrase }))).toBe("USAGE.INVALID");
    expect(await codeOf(chooseEncryption({ encryptTo: [], passphrase: { reveal: () => "" } }))).toBe("USAGE.INVALID");
    expect(await chooseEncryption({ encryptTo: [], passphrase: null })).toBeNull();
    expect(await chooseEncryption({ encryptTo: [], passphrase })).toEqual({ kind: "passphrase", passphrase });
    const recipients = [mine.recipient];
    expect(await chooseEncryption({ encryptTo: recipients, passphrase: null })).toEqual(to(...recipients));
  });
});

describe("identity files", () => {
  test("with a safe mode carry no warning, others do", async () => {
    expect((await readIdentity(mine.identity)).warning).toBeNull();
    const path = join(folder.path, "open.txt");
    await writeFile(path, await readFile(mine.identity));
    await chmod(path, 0o644);
    expect((await readIdentity(path)).warning).toContain("mode 0644");
  });

  test.each([
    ["missing", null],
    ["without a key", "# created: today\n"],
    ["with a public key only", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n"],
    ["that is encrypted itself", "age-encryption.org/v1\n-> scrypt x 18\nabc\n--- abc\n"],
  ])("%s are refused", async (_what, content) => {
    const path = join(folder.path, "bad.txt");
    if (content !== null) await writeFile(path, content, { mode: 0o600 });
    expect(await codeOf(readIdentity(path))).toBe("CONFIG.SECRET");
  });
});
