import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { describe, expect, inject, test } from "vitest";
import { checkSchema } from "#dbops/commands/monitor/check-schema.js";
import { onServer, openSession } from "../support/fresh-database.js";
import { type MonitorWorld, monitorWorld } from "../support/monitor-world.js";
import { sqlite } from "../support/sqlite-files.js";
import { startSqliteProcess } from "../support/sqlite-process.js";
import { startProxy } from "../support/tcp-proxy.js";

function world(): Promise<MonitorWorld> {
  return monitorWorld(inject("postgresUrl"));
}

const QUIET = ["--skip", "backup"];

describe("exit codes", () => {
  test("0 when nothing is wrong, 4 for a critical finding, and for a warning where that was asked for", async () => {
    await using place = await world();
    expect((await place.run(["monitor", "file", ...QUIET])).exit).toBe(0);
    expect((await place.run(["monitor", "file"])).exit).toBe(4);
    await place.configure({ "connection.time": { warning: "0.0001ms" } });
    expect((await place.run(["monitor", "file", ...QUIET])).exit).toBe(0);
    expect((await place.run(["monitor", "file", ...QUIET, "--fail-on", "warning"])).exit).toBe(4);
  });

  test("6 when no target is reached, with data; 4 when some are not", async () => {
    await using place = await world();
    await place.configure({}, { file: "./missing.db" });
    const none = await place.run(["monitor", "file", "--json", ...QUIET]);
    expect([none.exit, none.json().data.targets[0].isReached, none.json().data.targets[0].checks[0].status]).toEqual([
      6,
      false,
      "finding",
    ]);
    expect((await place.run(["monitor", ...QUIET])).exit).toBe(4);
  });

  test("8 when no question was answered for want of rights, 5 with --strict when one was left out", async () => {
    await using place = await world();
    const role = `least_${place.db.name}`;
    await place.db.sql(`CREATE ROLE ${role} LOGIN`);
    try {
      const url = new URL(place.db.url);
      url.username = role;
      await place.configure({}, { server: url.href });
      await using _other = await openSession(place.db.url);
      expect((await place.run(["monitor", "server", "--only", "transactions.idle"])).exit).toBe(8);
      expect((await place.run(["monitor", "server", ...QUIET, "--strict"])).exit).toBe(5);
      expect((await place.run(["monitor", "server", ...QUIET])).exit).toBe(0);
    } finally {
      await onServer(place.db.url, `DROP ROLE ${role}`);
    }
  });

  test("2 for two formats at once, an unknown check, a threshold without meaning, --update-baseline without a file", async () => {
    await using place = await world();
    const refused = async (...argv: readonly string[]): Promise<string> => {
      const { exit, stderr } = await place.run(["monitor", "file", ...argv]);
      expect(exit).toBe(2);
      return stderr;
    };
    expect(await refused("--json", "--format", "jsonl")).toContain("contradict each other");
    expect(await refused("--only", "wal.sise")).toContain("did you mean wal.size?");
    expect(await refused("--update-baseline")).toContain("--baseline FILE");
    await place.configure({ "wal.size": { warning: "lots" } });
    expect(await refused()).toContain('dbops.yaml:1: "lots" is not a size');
    await place.configure({ "wal.sise": { warning: "5MB" } });
    expect(await refused()).toContain("did you mean wal.size?");
    await place.configure({ mutes: [{ check: "wal.size", until: "2030-01-01" }] });
    expect(await refused()).toContain("alerts.mutes.0: reason is missing");
  });
});

describe("what is known and what is muted", () => {
  test("a baseline lets old findings pass and catches worse ones", async () => {
    await using place = await world();
    const path = place.path("baseline.json");
    const argv = ["monitor", "file", "--fail-on", "warning", "--baseline", path];
    await place.configure({ "connection.time": { warning: "0.0001ms" } });
    expect((await place.run([...argv, ...QUIET, "--update-baseline"])).exit).toBe(0);
    const [entry] = JSON.parse(await readFile(path, "utf8")).entries;
    expect(entry).toMatchObject({ target: "file", cacheKey: "connection.time|database|%2A", severity: "warning" });
    expect((await place.run([...argv, ...QUIET])).exit).toBe(0);
    expect((await place.run(argv)).exit).toBe(4);
    await place.configure({ "connection.time": { critical: "0.0001ms" } });
    expect((await place.run([...argv, ...QUIET])).exit).toBe(4);
  });

  test("a baseline that is none is exit 2, and is not written over", async () => {
    await using place = await world();
    const path = place.path("baseline.json");
    expect((await place.run(["monitor", "file", "--baseline", path])).exit).toBe(2);
    await writeFile(path, "{");
    const { exit, json } = await place.run(["monitor", "file", "--baseline", path, "--update-baseline", "--json"]);
    expect([exit, json().error.code]).toEqual([2, "FINDINGS.BASELINE_INVALID"]);
    expect(await readFile(path, "utf8")).toBe("{");
    await writeFile(path, '{"version": 2, "entries": []}');
    expect((await place.run(["monitor", "file", "--baseline", path])).exit).toBe(8);
  });

  test("a mute holds until its end", async () => {
    await using place = await world();
    const mute = { check: "backup.age", object: "*", reason: "moving house" };
    await place.configure({ mutes: [{ ...mute, until: "2999-01-01" }] });
    const muted = await place.look("file");
    expect([muted.get("backup.age")?.findings[0]?.state, (await place.run(["monitor", "file"])).exit]).toEqual([
      "muted",
      0,
    ]);
    await place.configure({ mutes: [{ ...mute, until: "2020-01-01" }] });
    expect((await place.run(["monitor", "file"])).exit).toBe(4);
  });
});

describe("formats", () => {
  test("one document that its schema describes, for every target", async () => {
    await using place = await world();
    const { json } = await place.run(["monitor", "--json", ...QUIET]);
    const data = checkSchema.parse(json().data);
    expect(data.targets.map(({ target, isReached }) => [target, isReached])).toEqual([
      ["file", true],
      ["server", true],
    ]);
  });

  test("a monitoring plugin says one line and exits with 0 to 3, whatever happens", async () => {
    await using place = await world();
    const plugin = async (...argv: readonly string[]): Promise<readonly [number, string]> => {
      const { exit, stdout } = await place.run(["monitor", ...argv, "--format", "nagios"]);
      expect(stdout.trimEnd().split("\n")).toHaveLength(1);
      return [exit, stdout];
    };
    expect(await plugin("file", ...QUIET)).toEqual([0, expect.stringMatching(/^DBOPS OK - 10 checks passed \| '/)]);
    expect(await plugin("file")).toEqual([
      2,
      expect.stringMatching(/^DBOPS CRITICAL - file: there is no whole backup/),
    ]);
    expect(await plugin("file", "--nonsense")).toEqual([3, expect.stringMatching(/^DBOPS UNKNOWN - unknown option/)]);
    expect(await plugin("nowhere")).toEqual([3, expect.stringMatching(/^DBOPS UNKNOWN - /)]);
    await place.configure({ "connection.time": { warning: "0.0001ms" } }, { server: "postgres://n@127.0.0.1:1/none" });
    expect((await plugin("file", ...QUIET))[0]).toBe(1);
    expect(await plugin("server", ...QUIET)).toEqual([2, expect.stringMatching(/^DBOPS CRITICAL - server: cannot/)]);
  });

  test("metrics are there to be collected, also of a database that is down", async () => {
    await using place = await world();
    await place.configure({}, { server: "postgres://nobody@127.0.0.1:1/none" });
    const { exit, stdout } = await place.run(["monitor", "--format", "prometheus", "--quiet"]);
    expect(exit).toBe(0);
    expect(stdout).toContain('dbops_up{target="file"} 1');
    expect(stdout).toContain('dbops_up{target="server"} 0');
    expect((await place.run(["monitor", "--format", "prometheus", "--fail-on", "critical"])).exit).toBe(4);
    const file = place.path("dbops.prom");
    expect((await place.run(["monitor", "--textfile", file, ...QUIET, "-q"])).exit).toBe(4);
    expect(await readFile(file, "utf8")).toContain('dbops_up{target="server"} 0');
    expect((await stat(file)).mode & 0o777).toBe(0o644);
  });

  test("a line of JSON for each check", async () => {
    await using place = await world();
    const { stdout } = await place.run(["monitor", "file", "--format", "jsonl", ...QUIET]);
    const checks = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).check);
    expect(checks).toContain("wal.size");
  });
});

describe("harm", () => {
  test("a table that is locked, and one that others queue for, hang nothing", async () => {
    await using place = await world();
    await using holder = await openSession(place.db.url);
    await holder.sql("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
    await using waiter = await openSession(place.db.url);
    const waiting = waiter.sql("LOCK TABLE t IN ACCESS EXCLUSIVE MODE").catch(() => undefined);
    const looked = await place.look("server", ...QUIET, "--strict");
    expect([...looked.values()].filter(({ status }) => status === "skipped")).toEqual([]);
    await holder.sql("ROLLBACK");
    await waiting;
    await holder.sql("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    const again = await place.look("server", ...QUIET, "--strict");
    expect([...again.values()].filter(({ status }) => status === "skipped")).toEqual([]);
  });

  test("one backend, which writes nothing and locks nothing as a writer would", async () => {
    await using place = await world();
    await using sampler = await openSession(place.db.url);
    let isOver = false;
    const seen = { backends: 0, strong: 0, samples: 0 };
    const sampling = (async () => {
      while (!isOver) {
        const { backends, strong } = await sampler.one(SAMPLE);
        seen.backends = Math.max(seen.backends, Number(backends));
        seen.strong = Math.max(seen.strong, Number(strong));
        seen.samples += Number(backends) > 0 ? 1 : 0;
      }
    })();
    while (seen.samples < 3) await place.look("server", ...QUIET);
    isOver = true;
    await sampling;
    expect([seen.backends, seen.strong]).toEqual([1, 0]);
  });

  test("a file in WAL mode that nobody has open is as it was", async () => {
    await using place = await world();
    sqlite(place.path("app.db"), "PRAGMA journal_mode = WAL");
    const state = async () => {
      const names = (await readdir(place.folder)).filter((name) => name.startsWith("app.db"));
      const { mtimeMs, uid, size } = await stat(place.path("app.db"));
      return { names, mtimeMs, uid, size };
    };
    const before = await state();
    expect((await place.look("file", ...QUIET)).get("connection.time")?.status).toBe("ok");
    expect(await state()).toEqual(before);
  });

  test("the log of a killed program is left for the application to recover", async () => {
    await using place = await world();
    const writer = startSqliteProcess(
      `const db = new Database(args[0]); db.pragma("journal_mode = WAL"); db.exec("INSERT INTO t (name) VALUES ('x')"); say("written"); stay();`,
      { args: [place.path("app.db")] },
    );
    expect(await writer.line()).toBe("written");
    await writer.kill();
    await rm(place.path("app.db-shm"));
    const before = await stat(place.path("app.db-wal"));
    const looked = await place.look("file", ...QUIET);
    expect(looked.get("connection.time")).toMatchObject({ status: "skipped", enable: "let the application open it" });
    expect((await stat(place.path("app.db-wal"))).mtimeMs).toBe(before.mtimeMs);
  });
});

describe("time", () => {
  test("a server that takes the connection and says nothing is not reached", async () => {
    await using place = await world();
    const server = await silentServer();
    try {
      await place.configure({}, { server: `postgres://x@127.0.0.1:${portOf(server)}/x?connect_timeout=600` });
      const { exit, json } = await place.run(["monitor", "server", "--timeout", "300ms", "--json", ...QUIET]);
      expect([exit, json().data.targets[0].isReached]).toEqual([6, false]);
      expect(json().data.targets[0].checks[0].findings[0].title).toContain("no connection within 300 ms");
    } finally {
      server.close();
    }
  });

  test("what a hung server no longer answers is left out; what it answered before stays", async () => {
    await using place = await world();
    const { hostname, port } = new URL(place.db.url);
    await using proxy = await startProxy(hostname, Number(port));
    const url = new URL(place.db.url);
    url.port = String(proxy.port);
    await place.configure({}, { server: url.href });
    const held = proxy.holdAnswerTo("pg_stat_activity");
    const { exit, json } = await place.run(["monitor", "server", "--json", ...QUIET, "--timeout", "5s"]);
    await held;
    const checks: readonly Record<string, string>[] = json().data.targets[0].checks;
    const answered = checks.filter(({ status }) => status === "ok").map(({ check }) => check);
    expect([exit, answered]).toEqual([0, ["connection.failed", "connection.time", "connections.used"]]);
    expect(new Set(checks.map(({ status }) => status))).toEqual(new Set(["ok", "skipped"]));
  });

  test("124 when the time is spent before any question", async () => {
    await using place = await world();
    const hours = Array.from({ length: 1000 }, (_, hour) => hour * 3_600_000).values();
    const clock = { now: () => new Date(), monotonicMs: () => hours.next().value ?? 0 };
    const { exit, json } = await place.run(["monitor", "file", "--json", ...QUIET], { clock });
    const [report] = json().data.targets;
    expect([exit, report.isTimeSpent]).toEqual([124, true]);
    const reasons: readonly string[] = report.checks.map(({ reason }: Record<string, string>) => reason);
    expect(new Set(reasons)).toEqual(new Set(["time budget: 8.0 s are spent"]));
  });
});

const SAMPLE = `SELECT count(DISTINCT a.pid) AS backends,
    count(*) FILTER (WHERE l.mode NOT IN ('AccessShareLock', 'ExclusiveLock') OR (l.mode = 'ExclusiveLock' AND l.locktype <> 'virtualxid')) AS strong
  FROM pg_stat_activity a LEFT JOIN pg_locks l USING (pid)
  WHERE a.datname = current_database() AND a.application_name LIKE 'dbops %'`;

async function silentServer(): Promise<Server> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return address === null || typeof address === "string" ? 0 : address.port;
}
