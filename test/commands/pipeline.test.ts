import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { COMMANDS } from "#dbops/commands/registry.js";
import { deferred } from "#dbops/lib/core/deferred.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { fileAppears } from "../support/dbops-process.js";
import type { RunOptions, RunResult } from "../support/run-cli.js";
import { runUnprivileged } from "../support/run-unprivileged.js";

const ENVELOPE = [
  "schema",
  "ok",
  "exit",
  "command",
  "run",
  "targets",
  "startedAt",
  "durationMs",
  "data",
  "error",
  "warnings",
];
const CONFIG = "version: 1\ntargets: {app: ./app.db}\nbackup: {store: ./store}\n";

let world: BackupWorld;

beforeEach(async () => {
  world = await backupWorld(50);
});

afterEach(() => world[Symbol.asyncDispose]());

test.each([
  [["verify", "app.db"], "did you mean `dbops backup verify`?"],
  [["undo"], "did you mean `dbops restore undo`?"],
  [["bakcup"], "did you mean `dbops backup`?"],
])("%j: the command that was meant is named", async (argv, hint) => {
  const { exit, stderr } = await world.run(argv);
  expect([exit, stderr]).toEqual([2, expect.stringContaining(hint)]);
});

test.each([
  [["--josn"], "did you mean --json?"],
  [["--vrsion"], "did you mean --version?"],
  [["--jsno", "backup", "list"], "did you mean --json?"],
  [["--confg", "other.yaml", "backup", "list"], "did you mean --config?"],
  [["--confg=other.yaml"], "did you mean --config?"],
  [["--nonsense"], "`dbops --help` lists the flags"],
])("%j: a misspelt global flag before the command is what is wrong", async (argv, hint) => {
  const { exit, stdout, stderr } = await world.run(argv);
  expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining(hint)]);
  expect(stderr).toContain("unknown option '--");
  const { json } = await world.run([...argv, "--json"]);
  expect(json().error).toMatchObject({ code: "USAGE.INVALID", hint: expect.stringContaining(hint) });
});

test("a flag of the command itself may stand before it", async () => {
  const { exit, stderr } = await world.run(["--prune", "backup", "app.db", "--store", "store"]);
  expect(exit, stderr).toBe(0);
});

test.each([
  [["backp"], "did you mean `dbops help backup`?"],
  [["backup", "lits"], "did you mean `dbops help backup list`?"],
  [["undo"], "did you mean `dbops help restore undo`?"],
  [["exit-code"], "did you mean `dbops help exit-codes`?"],
  [["WRONG"], "`dbops --help` shows every command"],
])("help %j: says what there is help on", async (words, hint) => {
  const { exit, stdout, stderr } = await world.run(["help", ...words]);
  expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining(hint)]);
  expect(stderr).toMatch(/commands: init, .*backup.*; topics: exit-codes, .*json/);
});

test.each([[[]], [["backup"]], [["backup", "list"]], [["doctor"]], [["cleanup"]], [["cron"]]])(
  "help %j is shown with exit 0",
  async (words) => {
    const { exit, stdout, stderr } = await world.run(["help", ...words]);
    expect([exit, stderr]).toEqual([0, ""]);
    expect(stdout).not.toBe("");
  },
);

test("a plan shows only the columns that say something", async () => {
  const backup = await world.run(["backup", "app.db", "--store", "store", "--dry-run"]);
  expect(backup.stdout).toMatch(/^step +risk.*$/m);
  expect(backup.stdout).not.toMatch(/^step.* lock/m);
});

describe("global flags stand before the verb, after it, and between its words", () => {
  test.each([
    ["-c", ["-c", "other.yaml"]],
    ["--config", ["--config", "other.yaml"]],
    ["--config=", ["--config=other.yaml"]],
    ["-t", ["-t", "app"]],
    ["--target", ["--target", "app"]],
    ["--env", ["--env", "prod"]],
    ["--env-file", ["--env-file", "vars.env"]],
    ["--json", ["--json"]],
    ["-q", ["-q"]],
    ["--quiet", ["--quiet"]],
    ["-v", ["-v"]],
    ["--verbose", ["--verbose"]],
    ["--no-color", ["--no-color"]],
    ["-n", ["-n"]],
    ["--dry-run", ["--dry-run"]],
    ["-y", ["-y"]],
    ["--yes", ["--yes"]],
    ["--confirm", ["--confirm", "app"]],
    ["--no-input", ["--no-input"]],
    ["--timeout", ["--timeout", "5m"]],
    ["--lock-wait", ["--lock-wait", "1s"]],
    ["--log-file", ["--log-file", "run.log"]],
  ])("%s", async (_name, flags) => {
    await world.write("dbops.yaml", `${CONFIG}environments: {prod: {backup: {level: 9}}}\n`);
    await world.write("other.yaml", CONFIG);
    await world.write("vars.env", "X=1\n");
    for (const argv of [
      [...flags, "backup", "list"],
      ["backup", ...flags, "list"],
      ["backup", "list", ...flags],
    ]) {
      const { exit, stderr } = await world.run(argv);
      expect([argv, exit, stderr]).toEqual([argv, 0, stderr]);
    }
  });

  test("and mean the same in each place", async () => {
    await world.backup();
    await world.write("elsewhere.yaml", "version: 1\ntargets: {app: ./app.db}\nbackup: {store: ./nothing}\n");
    for (const argv of [
      ["--config", "elsewhere.yaml", "--json", "backup", "list"],
      ["backup", "--config", "elsewhere.yaml", "--json", "list"],
      ["backup", "list", "--json", "--config", "elsewhere.yaml"],
    ]) {
      expect((await world.run(argv)).json().data.backups).toEqual([]);
    }
  });

  test.each([
    [["--timeout", "soon"]],
    [["--lock-wait", "-1s"]],
    [["--env", "nowhere"]],
    [["--config", "gone.yaml"]],
    [["--env-file", "gone.env"]],
    [["-q", "-v"]],
    [["--no-such-flag"]],
    [["--password", "x"]],
    [["--target"]],
  ])("%j is exit 2", async (flags) => {
    await world.write("dbops.yaml", CONFIG);
    const { exit, stdout, stderr } = await world.run(["backup", "list", ...flags]);
    expect([exit, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/USAGE\.INVALID|CONFIG\./);
  });
});

describe("--json", () => {
  test.each([
    ["a success", ["backup", "app.db"], 0],
    ["a reading command", ["backup", "list", "app.db"], 0],
    ["findings", ["backup", "health", "app.db", "--max-age", "1h"], 4],
    ["a dry run", ["backup", "app.db", "--dry-run"], 0],
    ["an error of the work", ["backup", "gone.db"], 6],
    ["nothing found", ["backup", "verify", "app.db"], 2],
    ["an unknown flag", ["backup", "app.db", "--nonsense"], 2],
    ["an unknown verb", ["bakcup", "app.db"], 2],
    ["a word too much", ["backup", "list", "app.db", "extra"], 2],
    ["a missing argument", ["backup", "show"], 2],
    ["a bad global flag", ["backup", "app.db", "--timeout", "soon"], 2],
    ["a bad configuration", ["backup", "app.db", "--config", "broken.yaml"], 2],
    ["no command", [], 2],
    ["a group alone", ["cleanup"], 2],
    ["-- where it has no meaning", ["backup", "list", "--", "x"], 2],
  ])("is exactly one document, with all its keys: %s", async (_name, argv, exit) => {
    await world.write("broken.yaml", "version: 1\ntargts: {}\n");
    const cut = argv.includes("--") ? argv.indexOf("--") : argv.length;
    const store = argv[0] === "backup" && !argv.includes("--timeout") ? ["--store", "store"] : [];
    const result = await world.run([...argv.slice(0, cut), ...store, "--json", ...argv.slice(cut)]);
    const document = onlyDocument(result);
    expect(Object.keys(document)).toEqual(ENVELOPE);
    expect([result.exit, document.exit]).toEqual([exit, exit]);
    expect(document).toMatchObject({
      schema: "dbops/1",
      ok: [0, 4, 5].includes(exit),
      command: expect.any(String),
      run: expect.any(String),
      targets: expect.any(Array),
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
      durationMs: expect.any(Number),
      warnings: expect.any(Array),
    });
    expect(Number.isInteger(document.durationMs)).toBe(true);
    const isError = exit !== 0 && exit !== 4;
    expect(document.error === null).toBe(!isError);
    if (isError) {
      expect(Object.keys(document.error)).toEqual(["code", "message", "why", "hint", "retryable"]);
      expect(result.stderr).toContain(document.error.code);
    }
  });

  test("names the command also when its flags are wrong", async () => {
    const { json } = await world.run(["backup", "app.db", "--nonsense", "--json"]);
    expect(json().command).toBe("backup create");
  });

  test("puts nothing but the document on stdout, and no progress on stderr", async () => {
    const { stdout, stderr } = await world.run(["backup", "app.db", "--store", "store", "--json"]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toBe("");
  });

  test("never prompts, not even at a terminal", async () => {
    const { exit, json } = await world.run(["cleanup", "backups", "app.db", "--store", "store", "--json"], {
      tty: 100,
    });
    expect([exit, json().ok]).toEqual([0, true]);
  });

  test.each([
    ["SIGINT", 130, "RUN.INTERRUPTED"],
    ["SIGTERM", 143, "RUN.TERMINATED"],
    ["SIGHUP", 129, "RUN.HANGUP"],
  ] as const)("%s in the middle of a backup is still one document: exit %i", async (signal, exit, code) => {
    const result = await interrupted(signal, ["--json"]);
    const document = onlyDocument(result);
    expect(Object.keys(document)).toEqual(ENVELOPE);
    expect([result.exit, document.exit, document.ok, document.error.code]).toEqual([exit, exit, false, code]);
  });
});

describe("signals", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s: exit %i, nothing half, a mark, an audited end, and the next run works", async (signal, exit) => {
    const result = await interrupted(signal, []);
    expect(result.exit, result.stderr).toBe(exit);
    expect(result.stderr).toContain("cancelling");
    expect(await world.leftovers()).toEqual([]);
    const [mark, ...others] = await world.storeFiles();
    expect(others).toEqual([]);
    expect(mark).toMatch(/\.failed\.json$/);
    const failed = JSON.parse(await readFile(world.path("store", mark ?? ""), "utf8"));
    expect(failed.code).toMatch(/^RUN\./);
    expect((await auditLines()).map(({ event, exit: code }) => [event, code])).toEqual([
      ["begin", null],
      ["end", exit],
    ]);
    expect((await world.backup()).seq).toBe(2);
  });

  test("--timeout ends it with exit 124 and leaves nothing half", async () => {
    world.sql(...someMegabytes());
    const { exit, json } = await world.run(["backup", "app.db", "--store", "store", "--timeout", "1ms", "--json"]);
    expect([exit, json().error.code, json().error.retryable]).toEqual([124, "RUN.TIMEOUT", true]);
    expect(await world.leftovers()).toEqual([]);
    expect((await world.storeFiles()).filter((name) => !name.endsWith(".failed.json"))).toEqual([]);
  });
});

describe("--quiet", () => {
  test("says nothing on success", async () => {
    for (const argv of [
      ["backup", "app.db"],
      ["backup", "verify", "app.db", "--level", "restore"],
      ["backup", "drill", "app.db"],
    ]) {
      const { exit, stdout, stderr } = await world.run([...argv, "--store", "store", "--quiet"]);
      expect([argv, exit, stdout, stderr]).toEqual([argv, 0, "", ""]);
    }
  });

  test("does not silence errors, warnings and findings", async () => {
    const failed = await world.run(["backup", "gone.db", "--store", "store", "-q"]);
    expect([failed.exit, failed.stderr]).toEqual([6, expect.stringContaining("gone.db")]);
    const late = await world.run(["backup", "health", "app.db", "--store", "store", "--max-age", "1h", "-q"]);
    expect([late.exit, late.stdout]).toEqual([4, expect.stringContaining("no whole backup")]);
  });
});

describe("what people see", () => {
  test("one plain line per phase where stderr is no terminal, and no colour", async () => {
    const { stdout, stderr } = await world.run(["backup", "app.db", "--store", "store"]);
    for (const phase of ["copying", "storing main", "verifying"]) {
      expect(stderr.split("\n").filter((line) => line.includes(phase))).toHaveLength(1);
    }
    expect(`${stdout}${stderr}`).not.toContain("\u001b");
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^next: +dbops /);
  });

  test("colours at a terminal, unless NO_COLOR or --no-color", async () => {
    await world.backup();
    const list = ["backup", "list", "--store", "store"];
    const env = { TERM: "xterm-256color" };
    expect((await world.run(list, { tty: 120, env })).stdout).toContain("\u001b[");
    expect((await world.run([...list, "--no-color"], { tty: 120, env })).stdout).not.toContain("\u001b[");
    expect((await world.run(list, { tty: 120, env: { ...env, NO_COLOR: "1" } })).stdout).not.toContain("\u001b[");
    expect((await world.run(list, { env: { ...env, FORCE_COLOR: "1" } })).stdout).toContain("\u001b[");
  });

  test("--log-file keeps what was said, with times, run after run", async () => {
    await world.run(["backup", "app.db", "--store", "store", "--log-file", "run.log"]);
    await world.run(["backup", "gone.db", "--store", "store", "--log-file", "run.log", "--quiet"]);
    const log = await readFile(world.path("run.log"), "utf8");
    expect(log).toMatch(/^\d{4}-\d\d-\d\dT\S+Z? .*verifying/m);
    expect(log).toContain("gone.db");
  });
});

describe("targets on the command line", () => {
  beforeEach(() =>
    world.write("dbops.yaml", "version: 1\ntargets: {app: ./app.db, shop: ./app.db}\nbackup: {store: ./store}\n"),
  );

  test.each([
    ["the first positional", ["backup", "list", "app"]],
    ["-t", ["backup", "list", "-t", "app"]],
    ["both, when they agree", ["backup", "list", "app", "--target", "app"]],
    ["a path", ["backup", "list", "./app.db"]],
    ["a URL", ["backup", "list", "sqlite:app.db"]],
  ])("%s", async (_name, argv) => {
    const { exit, stderr } = await world.run(argv);
    expect(exit, stderr).toBe(0);
  });

  test("DBOPS_TARGET stands in for it", async () => {
    const { exit, json } = await world.run(["backup", "--json"], { env: { DBOPS_TARGET: "shop" } });
    expect([exit, json().targets]).toEqual([0, ["shop"]]);
  });

  test.each([
    [["backup", "app", "-t", "shop"], 'two targets: "app" and --target "shop"'],
    [["backup"], "several are configured: app, shop"],
    [["backup", "ap"], "did you mean app?"],
    [["backup", "lits"], "did you mean list?"],
    [["backup", "app", "list"], "dbops backup list app"],
    [["backup", "list", "create"], "subcommand, not a target"],
    [["backup", "mysql://h/db"], "no engine serves mysql:"],
    [["backup", "app", "shop"], "too many arguments"],
    [["bakcup", "app"], "did you mean `dbops backup"],
    [["backup", "--all", "app"], "exclude each other"],
  ])("%j is exit 2 and says: %s", async (argv, words) => {
    const { exit, stdout, stderr } = await world.run(argv);
    expect(stderr).toContain(words);
    expect([exit, stdout]).toEqual([2, ""]);
    expect(await world.storeFiles()).toEqual([]);
  });

  test("a file named like a subcommand is reached by its path", async () => {
    await writeFile(world.path("list"), await readFile(world.path("app.db")));
    const { exit, json } = await world.run(["backup", "./list", "--json"]);
    expect([exit, json().targets]).toEqual([0, ["list"]]);
  });

  test("arguments after -- are refused where they mean nothing", async () => {
    const { exit, stderr } = await world.run(["backup", "list", "--", "--schema-only"]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining('"--" has no meaning')]);
  });
});

describe("help", () => {
  test("without words it is shown on stderr with exit 2, asked for on stdout with exit 0", async () => {
    const bare = await world.run([]);
    expect([bare.exit, bare.stdout, bare.stderr]).toEqual([2, "", expect.stringContaining("usage: dbops")]);
    const asked = await world.run(["--help"]);
    expect([asked.exit, asked.stdout, asked.stderr]).toEqual([0, expect.stringContaining("usage: dbops"), ""]);
  });

  test.each(COMMANDS.map(({ path }) => [path]))("%s has help with usage, examples and flags", async (path) => {
    const { exit, stdout, stderr } = await world.run([...path.split(" "), "--help"]);
    expect([exit, stderr]).toEqual([0, ""]);
    for (const words of [`dbops ${path}`, "examples", "flags of every command", "--json"])
      expect(stdout).toContain(words);
  });

  test("backup --help shows the flags of its default command and its subcommands", async () => {
    const { stdout } = await world.run(["backup", "--help"]);
    expect(stdout).toContain("--encrypt-to");
    expect(stdout).toMatch(/list.*verify/);
  });

  test("--version is one line", async () => {
    const { exit, stdout } = await world.run(["--version"]);
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/)]);
  });
});

describe("the audit log", () => {
  test("has a begin and an end for each run that changes something, chained by hash, and none for reading", async () => {
    await world.backup();
    await world.run(["backup", "list", "--store", "store"]);
    await world.run(["backup", "verify", "app.db", "--store", "store"]);
    const lines = (await readFile(auditFile(), "utf8")).trimEnd().split("\n");
    const records = lines.map((line) => JSON.parse(line));
    expect(records.map(({ event, command, exit }) => [event, command, exit])).toEqual([
      ["begin", "backup create", null],
      ["end", "backup create", 0],
      ["begin", "backup verify", null],
      ["end", "backup verify", 0],
    ]);
    expect(records.map(({ previous }) => previous)).toEqual([null, ...lines.slice(0, -1).map(sha256)]);
    expect(records[0]).toMatchObject({
      version: 1,
      argv: ["backup", "app.db", "--store", "store", "--json"],
      targets: ["app"],
      pid: process.pid,
    });
    expect(records[0].run).toBe(records[1].run);
  });

  test("its head is in the manifest", async () => {
    const { auditHead } = await world.backup();
    const [begin = ""] = (await readFile(auditFile(), "utf8")).split("\n");
    expect(auditHead).toBe(sha256(begin));
  });

  test("tells the error of a run that failed", async () => {
    await world.write("blocked", "no folder");
    await world.run(["backup", "app.db", "--store", "blocked"]);
    const [, end] = await auditLines();
    expect(end).toMatchObject({ event: "end", exit: expect.any(Number), error: expect.stringMatching(/^[A-Z]+\./) });
    expect(end?.exit).not.toBe(0);
  });

  test("an edit of an earlier line shows: the next line names another hash", async () => {
    await world.backup();
    const text = await readFile(auditFile(), "utf8");
    await writeFile(auditFile(), text.replace('"exit":0', '"exit":4'));
    await world.backup();
    const lines = (await readFile(auditFile(), "utf8")).trimEnd().split("\n");
    expect(JSON.parse(lines[1] ?? "").previous).toBe(sha256(lines[0] ?? ""));
    expect(JSON.parse(lines[2] ?? "").previous).toBe(sha256(lines[1] ?? ""));
  });

  test("an unwritable folder is said loudly and the work goes on", async () => {
    await mkdir(world.path(".home"), { recursive: true });
    await world.write(".home/state", "a file where the folder should be");
    const { exit, stderr, json } = await world.run(["backup", "app.db", "--store", "store", "--json"]);
    expect(exit, stderr).toBe(0);
    expect(stderr).toContain("NOT AUDITED");
    expect(json().warnings.join("\n")).toContain("NOT AUDITED");
    expect((await world.manifest(json().data.backup.id)).auditHead).toBe(null);
  });

  test("audit.required refuses to work then, before anything is stored", async () => {
    await mkdir(world.path(".home"), { recursive: true });
    await world.write(".home/state", "a file where the folder should be");
    await world.write("dbops.yaml", `${CONFIG}audit: {required: true}\n`);
    const { exit, json } = await world.run(["backup", "--json"]);
    expect([exit, json().error.code]).toEqual([11, "AUDIT.UNWRITABLE"]);
    expect(await world.storeFiles()).toEqual([]);
  });

  test("a folder that this user may not write is the same", async () => {
    await world.write("dbops.yaml", CONFIG);
    await mkdir(world.path(".home", "state", "dbops"), { recursive: true });
    await chmod(world.path(".home", "state", "dbops"), 0o500);
    const { exit, stderr } = await runUnprivileged(["backup"], world.folder);
    expect(exit, stderr).toBe(0);
    expect(stderr).toContain("NOT AUDITED");
    await chmod(world.path(".home", "state", "dbops"), 0o700);
  });

  test("many runs at once do not fork the chain", async () => {
    await Promise.all([1, 2, 3, 4].map((n) => world.run(["backup", "app.db", "--store", `store-${n}`])));
    const lines = (await readFile(auditFile(), "utf8")).trimEnd().split("\n");
    expect(lines).toHaveLength(8);
    expect(lines.map((line) => JSON.parse(line).previous)).toEqual([null, ...lines.slice(0, -1).map(sha256)]);
  });
});

describe("two runs side by side in one process", () => {
  test("know nothing of each other: streams, secrets, clocks, exit codes", async () => {
    const [one, two, three] = await Promise.all([
      world.run(["backup", "app.db", "--store", "one", "--json"]),
      world.run(["backup", "postgres://u:hunter2hunter2@/db?host=/nowhere", "--store", "two", "--json"]),
      world.run(["backup", "gone-hunter2hunter2.db", "--store", "three", "--json"]),
    ]);
    expect([one.exit, two.exit, three.exit]).toEqual([0, 6, 6]);
    expect(one.json().data.backup.target).toBe("app");
    expect(two.stdout + two.stderr).not.toContain("hunter2hunter2");
    expect(three.stdout).toContain("gone-hunter2hunter2.db");
    expect(new Set([one, two, three].map((result) => result.json().run)).size).toBe(3);
  });
});

describe("consent", () => {
  const KEEP_1 = ["--keep-last", "1", "--keep-daily", "0", "--keep-weekly", "0", "--keep-monthly", "0"];

  beforeEach(async () => {
    for (let night = 0; night < 2; night += 1) await world.backup();
  });

  test("off a terminal it names the flag; with it the work is done", async () => {
    const asked = await cleanup([]);
    expect([asked.exit, asked.stderr]).toEqual([2, expect.stringContaining("add --yes")]);
    expect(await backups()).toBe(2);
    expect((await cleanup(["--yes"])).exit).toBe(0);
    expect(await backups()).toBe(1);
  });

  test.each([
    ["y", 0, 1],
    ["n", 3, 2],
  ])("at a terminal it asks: %j is exit %i", async (answer, exit, left) => {
    const result = await cleanup([], {
      tty: 100,
      env: { TERM: "xterm" },
      talk: async ({ stdin, stderr }) => {
        await stderr.shows("Go on?");
        stdin.type(answer);
        stdin.type("\r");
      },
    });
    expect([result.exit, await backups()]).toEqual([exit, left]);
  });

  test.each([
    [["--no-input"], {}],
    [["--json"], {}],
    [[], { CI: "true" }],
  ])("nobody is asked with %j and %j", async (flags, env) => {
    expect((await cleanup(flags, { tty: 100, env: { TERM: "xterm", ...env } })).exit).toBe(2);
    expect(await backups()).toBe(2);
  });

  function cleanup(flags: readonly string[], options: Partial<RunOptions> = {}) {
    return world.run(["cleanup", "backups", "app.db", "--store", "store", ...KEEP_1, ...flags], options);
  }

  async function backups(): Promise<number> {
    return (await world.storeFiles()).filter((name) => name.endsWith(".zst")).length;
  }
});

describe("the configuration", () => {
  test("flags go before variables, these before the file, that before defaults", async () => {
    const compression = async (flags: readonly string[], env: Readonly<Record<string, string>>) => {
      const { exit, json, stderr } = await world.run(["backup", "app", "--json", ...flags], { env });
      expect(exit, stderr).toBe(0);
      return json().data.backup.compression;
    };
    await world.write("dbops.yaml", CONFIG);
    expect(await compression([], {})).toBe("zstd");
    await world.write("dbops.yaml", "version: 1\ntargets: {app: ./app.db}\nbackup: {store: ./store, compress: gzip}\n");
    expect(await compression([], {})).toBe("gzip");
    expect(await compression([], { DBOPS_BACKUP_COMPRESS: "none" })).toBe("none");
    expect(await compression(["--compress", "zstd"], { DBOPS_BACKUP_COMPRESS: "none" })).toBe("zstd");
  });

  test("relative paths are relative to the file, never to the working directory", async () => {
    await mkdir(world.path("conf"));
    await world.write("conf/dbops.yaml", "version: 1\ntargets: {app: ../app.db}\nbackup: {store: ../store}\n");
    const { exit, json, stderr } = await world.run(["backup", "-c", "conf/dbops.yaml", "--json"]);
    expect(exit, stderr).toBe(0);
    expect(json().data.store).toBe(world.store);
  });

  test("without any configuration backups go beside the database file", async () => {
    const { exit, json } = await world.run(["backup", "app.db", "--json"]);
    expect([exit, json().data.store]).toEqual([0, world.path("backups")]);
  });

  test("BACKUP_DIR and DATABASE_PATH of the application are enough", async () => {
    const env = { BACKUP_DIR: world.path("theirs"), DATABASE_PATH: world.path("app.db") };
    const { exit, json, stderr } = await world.run(["backup", "--json"], { env });
    expect(exit, stderr).toBe(0);
    expect(json().data.store).toBe(world.path("theirs"));
  });

  test("a URL without a store is exit 2, not the working directory", async () => {
    const { exit, json } = await world.run(["backup", "postgres://u@h/db", "--json"]);
    expect([exit, json().error.code]).toEqual([2, "CONFIG.NO_STORE"]);
  });

  test("a protected target is backed up like any other: nothing of it is changed", async () => {
    await world.write(
      "dbops.yaml",
      "version: 1\ntargets: {app: {url: ./app.db, protected: true}}\nbackup: {store: ./store}\n",
    );
    expect((await world.run(["backup", "list"])).exit).toBe(0);
    expect((await world.run(["backup"])).exit).toBe(0);
  });
});

/** Interrupts a backup in its middle. */
async function interrupted(signal: "SIGINT" | "SIGTERM" | "SIGHUP", flags: readonly string[]): Promise<RunResult> {
  world.sql(...someMegabytes());
  const moment = deferred<typeof signal>();
  return await world.run(["backup", "app.db", "--store", "store", ...flags], {
    interrupt: moment.promise,
    talk: async ({ stderr }) => {
      // With --json there is no progress to wait for.
      if (flags.includes("--json")) await fileAppears(world.scratch, "dbops-");
      else await stderr.shows("copying");
      moment.resolve(signal);
    },
  });
}

function someMegabytes(): string[] {
  return [
    `INSERT INTO t (name, body) SELECT 'big', randomblob(20000)
       FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1500) SELECT value FROM n)`,
  ];
}

// biome-ignore lint/suspicious/noExplicitAny: documents of every shape.
function onlyDocument({ stdout }: RunResult): any {
  const lines = stdout.split("\n").filter((line) => line !== "");
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? "");
}

function auditFile(): string {
  return world.path(".home", "state", "dbops", "audit.jsonl");
}

async function auditLines(): Promise<{ event: string; exit: number | null; error: string | null }[]> {
  return (await readFile(auditFile(), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function sha256(line: string): string {
  return createHash("sha256").update(line).digest("hex");
}
