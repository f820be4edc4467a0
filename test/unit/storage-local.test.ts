import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openLocalStorage } from "#dbops/lib/storage/local.js";
import { codeOf, endlessSource, never, sampleBytes, temporaryFolder } from "../support/codec-run.js";
import { bytesOf, storageConformance } from "./storage-conformance.js";

const isRoot = process.geteuid?.() === 0;
/** Nobody's uid: it owns nothing here. */
const STRANGER = 65_534;

storageConformance("local folder", async () => {
  const folder = await temporaryFolder();
  return {
    storage: openLocalStorage(join(folder.path, "not", "yet")),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

/** Runs a module that uses the compiled storage in a process of its own; the folder is argv[1]. */
function inProcess(folder: string, script: string, options: { uid?: number; shell?: string } = {}) {
  const local = new URL("../../dist/lib/storage/local.js", import.meta.url).href;
  const source = `import { Readable } from "node:stream"; import { randomBytes } from "node:crypto";
    const { openLocalStorage } = await import(${JSON.stringify(local)});
    const storage = openLocalStorage(process.argv[1]);
    const never = new AbortController().signal;
    const code = (work) => work.then(() => "no error", (error) => error.code);
    ${script}`;
  const node = [process.execPath, "--input-type=module", "-e", source, folder];
  const argv = options.shell === undefined ? node : ["sh", "-c", `${options.shell}; exec "$@"`, "sh", ...node];
  const [command = "", ...args] = argv;
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  return spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], ...identity });
}

async function saidBy(child: ReturnType<typeof inProcess>): Promise<string> {
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, "close");
  return text.trim();
}

test("the folder is private, and so are its files", async () => {
  await using folder = await temporaryFolder();
  const storage = openLocalStorage(join(folder.path, "store"));
  await storage.put("a", bytesOf(Buffer.from("x")), never);
  expect((await stat(join(folder.path, "store"))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder.path, "store", "a"))).mode & 0o777).toBe(0o600);
});

test("files that are not objects are not listed", async () => {
  await using folder = await temporaryFolder();
  const storage = openLocalStorage(folder.path);
  await storage.put("a", bytesOf(Buffer.from("x")), never);
  await mkdir(join(folder.path, "folder"));
  await writeFile(join(folder.path, ".dbops-lock"), "");
  await writeFile(join(folder.path, "b.partial"), "");
  await symlink("/nonexistent", join(folder.path, "dangling"));
  expect((await storage.list("")).map(({ name }) => name)).toEqual(["a"]);
});

test("a file where the folder should be is told as such", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "store"), "");
  const storage = openLocalStorage(join(folder.path, "store"));
  expect(await codeOf(storage.put("a", bytesOf(Buffer.from("x")), never))).toBe("STORE.NOT_WRITABLE");
  expect(await codeOf(storage.list(""))).toBe("STORE.NOT_READABLE");
});

test("the content's maker hears why nobody reads on", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "store"), "");
  const { stream } = endlessSource();
  const closed = once(stream, "error");
  await openLocalStorage(join(folder.path, "store"))
    .put("a", stream, never)
    .catch(() => null);
  expect((await closed)[0]).toMatchObject({ code: "STORE.NOT_WRITABLE" });
});

describe("a writer that is killed", () => {
  test("leaves no object, and what it leaves is swept", async () => {
    await using folder = await temporaryFolder();
    const child = inProcess(
      folder.path,
      `let given = 0;
       const read = () => { given += 1; if (given === 20) process.stdout.write("writing"); return randomBytes(1 << 20); };
       await storage.put("a", new Readable({ read() { this.push(read()); } }), never);`,
    );
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "close");
    const left = await readdir(folder.path);
    expect(left).toEqual([expect.stringMatching(/^a\.[0-9a-f]{4}\.[0-9a-f]{8}\.partial$/)]);
    const storage = openLocalStorage(folder.path);
    expect(await storage.list("")).toEqual([]);
    await writeFile(join(folder.path, ".dbops-lock.json.partial"), "the lock's own");
    expect(await storage.sweep()).toEqual(left);
    expect(await readdir(folder.path)).toEqual([".dbops-lock.json.partial"]);
    await storage.put("a", bytesOf(sampleBytes(1000)), never);
  });
});

describe("a full disk", () => {
  test("is told, leaves nothing, and reading still works", async () => {
    await using folder = await temporaryFolder();
    using disk = smallDisk(folder.path);
    const said = await saidBy(
      inProcess(
        folder.path,
        `const endless = () => new Readable({ read() { this.push(randomBytes(1 << 18)); } });
         await storage.put("small", Readable.from([Buffer.from("fits")], { objectMode: false }), never);
         const seen = [await code(storage.put("big", endless(), never)), await code(storage.put("big", endless(), never))];
         const names = (await storage.list("")).map(({ name }) => name);
         console.log(JSON.stringify([...seen, names, await storage.sweep()]));`,
        { shell: disk.limit },
      ),
    );
    expect(JSON.parse(said)).toEqual(["RESOURCE.DISK_FULL", "RESOURCE.DISK_FULL", ["small"], []]);
  });

  test("found only when the data is flushed is found all the same", async () => {
    await using folder = await temporaryFolder();
    const limited = inProcess(
      folder.path,
      `const half = Readable.from([randomBytes(3 << 20), randomBytes(3 << 20)], { objectMode: false });
       console.log(await code(storage.put("a", half, never)));`,
      { shell: "ulimit -f 8192" },
    );
    expect(await saidBy(limited)).toBe("RESOURCE.DISK_FULL");
    expect(await readdir(folder.path)).toEqual([]);
  });
});

describe("permissions", () => {
  test("a folder that may not be written is STORE.NOT_WRITABLE and still readable", async () => {
    await using folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    const store = join(folder.path, "store");
    await openLocalStorage(store).put("a", bytesOf(Buffer.from("x")), never);
    await chmod(store, 0o555);
    await chmod(join(store, "a"), 0o444);
    const child = inProcess(
      store,
      `const put = code(storage.put("b", Readable.from([Buffer.from("x")], { objectMode: false }), never));
       const names = (await storage.list("")).map(({ name }) => name);
       console.log(JSON.stringify([await put, await code(storage.delete("a")), await storage.isWritable(), names]));`,
      isRoot ? { uid: STRANGER } : {},
    );
    expect(JSON.parse(await saidBy(child))).toEqual(["STORE.NOT_WRITABLE", "STORE.NOT_WRITABLE", false, ["a"]]);
    await chmod(store, 0o700);
  });

  test("a folder and a file that may not be read are STORE.NOT_READABLE", async () => {
    await using folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    const store = join(folder.path, "store");
    await openLocalStorage(store).put("a", bytesOf(Buffer.from("x")), never);
    if (isRoot) await chown(store, STRANGER, STRANGER);
    await chmod(join(store, "a"), 0o000);
    const script = `console.log(JSON.stringify([await code(storage.get("a")), await code(storage.list(""))]));`;
    const stranger = isRoot ? { uid: STRANGER } : {};
    const fileOnly = await saidBy(inProcess(store, script, stranger));
    expect(JSON.parse(fileOnly)).toEqual(["STORE.NOT_READABLE", "no error"]);
    await chmod(store, 0o000);
    expect(JSON.parse(await saidBy(inProcess(store, script, stranger)))).toEqual([
      "STORE.NOT_READABLE",
      "STORE.NOT_READABLE",
    ]);
    await chmod(store, 0o700);
  });
});

/** A disk of 8 MB at `path`; where mounting is not permitted, a limit on the size of files does the same. */
function smallDisk(path: string): Disposable & { readonly limit: string } {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path], { stdio: "ignore" });
  } catch {
    return { limit: "ulimit -f 8192", [Symbol.dispose]: () => {} };
  }
  return { limit: "true", [Symbol.dispose]: () => void execFileSync("umount", [path]) };
}
