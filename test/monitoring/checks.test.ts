import { chown, mkdir, readdir, stat } from "node:fs/promises";
import { describe, expect, inject, test } from "vitest";
import { CHECKS } from "#dbops/lib/monitoring/check-registry.js";
import { backUp, CHECK_CASES } from "../support/check-cases.js";
import { onServer, openSession } from "../support/fresh-database.js";
import { type LookedCheck, type MonitorWorld, monitorWorld } from "../support/monitor-world.js";
import { NOBODY, runUnprivileged } from "../support/run-unprivileged.js";
import { sqlite } from "../support/sqlite-files.js";

const TARGETS = ["file", "server"] as const;

function world(): Promise<MonitorWorld> {
  return monitorWorld(inject("postgresUrl"));
}

/** Checks that found something, apart from these. */
function firing(looked: ReadonlyMap<string, LookedCheck>, apart: readonly string[]): string[] {
  return [...looked].filter(([id, { status }]) => status === "finding" && !apart.includes(id)).map(([id]) => id);
}

test("every check is shown to fire, to be silent, and what a missing right makes of it", () => {
  expect(Object.keys(CHECK_CASES).toSorted()).toEqual(CHECKS.map(({ id }) => id).toSorted());
});

describe.each(TARGETS)("on a %s", (kind) => {
  const cases = Object.entries(CHECK_CASES).flatMap(([id, { [kind]: make }]) =>
    make === undefined ? [] : [[id, make] as const],
  );

  test.each(cases)("%s fires, and nothing else does", async (id, make) => {
    await using place = await world();
    await using trouble = await make(place);
    const looked = await place.look(kind);
    const { findings = [] } = looked.get(id) ?? {};
    expect(findings.length).toBeGreaterThan(0);
    expect(findings[0]?.evidence).toContain(trouble.evidence ?? "");
    const ofBackups = id.startsWith("backup.") ? [] : ["backup.age", "backup.proof"];
    expect(firing(looked, [id, ...(trouble.also ?? []), ...ofBackups])).toEqual([]);
  });

  test("a healthy database makes every check silent", async () => {
    await using place = await world();
    await backUp(place, kind);
    const looked = await place.look(kind, "--strict");
    const applicable = Object.entries(CHECK_CASES).filter(([, { hidden }]) => hidden[kind] !== undefined);
    expect([...looked.keys()].toSorted()).toEqual(applicable.map(([id]) => id).toSorted());
    const expected = (id: string): string => (CHECK_CASES[id]?.isAbsent === true ? "notApplicable" : "ok");
    expect([...looked].filter(([id, { status }]) => status !== expected(id))).toEqual([]);
  });
});

describe("with the least rights", () => {
  /** What the store says depends on no right in the database. */
  const expected = (kind: "file" | "server"): Record<string, string> =>
    Object.fromEntries(
      Object.entries(CHECK_CASES)
        .filter(([id]) => !id.startsWith("backup."))
        .flatMap(([id, { hidden }]) => (hidden[kind] === undefined ? [] : [[id, hidden[kind]]])),
    );

  test("a role that may only connect is told what it does not see", async () => {
    await using place = await world();
    const role = `least_${place.db.name}`;
    await place.db.sql(`CREATE ROLE ${role} LOGIN`);
    try {
      await using _other = await openSession(place.db.url);
      const url = new URL(place.db.url);
      url.username = role;
      await place.configure({}, { server: url.href });
      const looked = await place.look("server", "--skip", "backup");
      expect(Object.fromEntries([...looked].map(([id, { status }]) => [id, status]))).toEqual(expected("server"));
      const { reason, enable } = looked.get("transactions.idle") ?? {};
      expect(reason).toMatch(/^\d+ of \d+ sessions hidden$/);
      expect(enable).toContain("GRANT pg_monitor");
      await place.db.sql(`GRANT pg_monitor TO ${role}`);
      expect((await place.look("server")).get("transactions.idle")?.status).toBe("ok");
    } finally {
      await onServer(place.db.url, `DROP ROLE ${role}`);
    }
  });

  test("a user who does not own an idle file in WAL mode opens nothing, and leaves nothing", async () => {
    await using place = await world();
    sqlite(place.path("app.db"), "PRAGMA journal_mode = WAL");
    await mkdir(place.path(".home"));
    const before = await readdir(place.folder);
    const argv = ["monitor", "file", "--skip", "backup", "--json"];
    const { stdout } = await runUnprivileged(argv, place.folder, NOBODY);
    const checks: readonly { check: string; status: string }[] = JSON.parse(stdout).data.targets[0].checks;
    expect(Object.fromEntries(checks.map(({ check, status }) => [check, status]))).toEqual(expected("file"));
    expect(await readdir(place.folder)).toEqual(before);
  });

  test.runIf(process.getuid?.() === 0)(
    "root asks another user's file in that user's name, and leaves nothing",
    async () => {
      await using place = await world();
      sqlite(place.path("app.db"), "PRAGMA journal_mode = WAL");
      for (const path of [place.folder, place.path("app.db")]) await chown(path, NOBODY.uid, NOBODY.gid);
      const state = async () => {
        const names = (await readdir(place.folder)).filter((name) => name.startsWith("app.db"));
        const { uid, mtimeMs } = await stat(place.path("app.db"));
        return { names, uid, mtimeMs };
      };
      const before = await state();
      expect((await place.look("file", "--only", "connection")).get("connection.time")?.status).toBe("ok");
      expect(await state()).toEqual(before);
    },
  );
});

describe("thresholds", () => {
  const severities = async (place: MonitorWorld, env: Record<string, string> = {}): Promise<string[]> => {
    const { json } = await place.run(["monitor", "--only", "connection.time", "--json"], { env });
    const targets: readonly { checks: readonly LookedCheck[] }[] = json().data.targets;
    return targets.map(({ checks }) => checks[0]?.findings[0]?.severity ?? "none");
  };

  test("those of a target win over the general ones, and dbops.yaml over the application's variables", async () => {
    await using place = await world();
    const env = { DB_CONNECTION_TIME_THRESHOLD: "0" };
    expect(await severities(place)).toEqual(["none", "none"]);
    expect(await severities(place, env)).toEqual(["warning", "warning"]);
    await place.configure({ "connection.time": { warning: "1h" } });
    expect(await severities(place, env)).toEqual(["none", "none"]);
    const alerts = { "connection.time": { critical: "0.0001ms" } };
    await place.configure({}, { file: { url: "./app.db", alerts } });
    expect(await severities(place)).toEqual(["critical", "none"]);
    await place.configure(
      {},
      { file: { url: "./app.db", database_alerts: { response_time: { warning: "0.0001ms" } } } },
    );
    expect(await severities(place)).toEqual(["warning", "none"]);
  });
});
