import { describe, expect, test } from "vitest";
import type { IndexDefinition, OpenTransaction } from "#dbops/drivers/fact-model.js";
import type { Severity } from "#dbops/lib/findings/check-result.js";
import { CHECKS } from "#dbops/lib/monitoring/check-registry.js";
import { FactTable } from "#dbops/lib/monitoring/fact-table.js";
import type { MonitorFactName, MonitorFacts } from "#dbops/lib/monitoring/monitor-facts.js";

type SomeFacts = Partial<MonitorFacts>;
/** Facts just at and just beyond a threshold, with what is said of them; null = nothing. */
type Case = readonly [about: string, facts: SomeFacts, said: Severity | null];

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HALF = 2 ** 30;
const ERROR = { code: "CONNECT.REFUSED", message: "cannot connect", why: "refused", hint: null, retryable: true };

const idle: OpenTransaction = {
  pid: 4711,
  user: "app",
  database: "shop",
  application: "web",
  isIdle: true,
  ageMs: 400_000,
  stateMs: 300_001,
  holdsSnapshot: false,
  holdsLock: true,
};

function connections(used: number, most = 103, reserved = 3): SomeFacts {
  return { connections: { used, most, reserved } };
}

function transactions(...open: readonly OpenTransaction[]): SomeFacts {
  return { transactions: { open } };
}

function ages(transactionsAge: number, members = 0): SomeFacts {
  return { transactionAges: { databases: [{ name: "shop", transactions: transactionsAge, members }] } };
}

function wal(bytes: number, databaseBytes: number): SomeFacts {
  return { writeAheadLog: { bytes, databaseBytes, index: null } };
}

function pinned(waiting: number, readers = [{ pid: 4711, command: "node" }], hasUnseenReader = false): SomeFacts {
  const index = { frames: waiting + 5, checkpointed: 5, readers, hasUnseenReader };
  return { writeAheadLog: { bytes: 1, databaseBytes: 1, index } };
}

function pages(freePages: number, allPages: number, totalBytes: number): SomeFacts {
  return {
    pages: { pageBytes: 4096, pages: allPages, freePages, isCertain: true },
    disk: { folder: "/data", totalBytes, freeBytes: totalBytes },
  };
}

function disk(totalBytes: number, freeBytes: number): SomeFacts {
  return { disk: { folder: "/data", totalBytes, freeBytes } };
}

function backups(ageMs: number | null, provenMs: number | null, failureMs: number | null = null): SomeFacts {
  return {
    backups: {
      newest: ageMs === null ? null : { id: "app_1", ageMs },
      newestProven: provenMs === null ? null : { id: "app_0", ageMs: provenMs },
      failure: failureMs === null ? null : { ageMs: failureMs, message: "disk full" },
      passedOver: [],
    },
  };
}

function blocked(...waitingMs: readonly number[]): SomeFacts {
  const sessions = waitingMs.map((ms, place) => ({ pid: place, application: "web", waitingMs: ms, blockers: [99] }));
  return { blocking: { blocked: sessions, roots: [{ pid: 99, application: "", isIdle: true, ageMs: 60_000 }] } };
}

function checksums(failures: number): SomeFacts {
  return { checksums: { databases: [{ name: "shop", failures }] } };
}

const onA: IndexDefinition = {
  schema: "public",
  table: "t",
  name: "a_idx",
  key: ["a"],
  columns: ["a"],
  isUnique: false,
  isConstraint: false,
  isValid: true,
  form: "btree",
  isPartial: false,
  bytes: 10 * MiB,
};
const onAB: IndexDefinition = { ...onA, name: "ab_idx", key: ["a", "b"], columns: ["a", "b"] };

function indexes(...all: readonly IndexDefinition[]): SomeFacts {
  return { indexes: { indexes: all } };
}

function reference(rows: number | null, ...all: readonly IndexDefinition[]): SomeFacts {
  const key = { schema: "public", table: "t", columns: ["b", "a"], parent: "public.p", rows };
  return { ...indexes(...all), foreignKeys: { foreignKeys: [key] } };
}

const CASES: Readonly<Record<string, readonly Case[]>> = {
  "connection.failed": [
    ["reached", { reach: { error: null } }, null],
    ["not reached", { reach: { error: ERROR } }, "critical"],
  ],
  "connection.time": [
    ["a second", { probe: { connectMs: 600, answerMs: 400 } }, null],
    ["more", { probe: { connectMs: 600, answerMs: 401 } }, "warning"],
    ["five seconds", { probe: { connectMs: 0, answerMs: 5000 } }, "warning"],
    ["more than five", { probe: { connectMs: 5001, answerMs: 0 } }, "critical"],
  ],
  "connections.used": [
    ["80 of 100 usable", connections(80), null],
    ["81 of 100 usable", connections(81), "warning"],
    ["95 of 100 usable", connections(95), "warning"],
    ["96 of 100 usable", connections(96), "critical"],
    ["500 of 1000 usable", connections(500, 1003), null],
  ],
  "transactions.idle": [
    ["five minutes", transactions({ ...idle, stateMs: 300_000 }), null],
    ["longer", transactions(idle), "warning"],
    ["half an hour", transactions({ ...idle, stateMs: 1_800_000 }), "warning"],
    ["longer than that", transactions({ ...idle, stateMs: 1_800_001 }), "critical"],
    ["holding a snapshot alone", transactions({ ...idle, holdsLock: false, holdsSnapshot: true }), "warning"],
    ["holding nothing", transactions({ ...idle, holdsLock: false, stateMs: 9_000_000 }), null],
    ["busy", transactions({ ...idle, isIdle: false, stateMs: 9_000_000 }), null],
  ],
  "sessions.blocked": [
    ["nobody", blocked(), null],
    ["half a minute", blocked(30_000, 1), null],
    ["longer", blocked(1, 30_001), "warning"],
    ["five minutes", blocked(300_000), "warning"],
    ["longer than that", blocked(300_001), "critical"],
  ],
  "queries.long": [
    ["five minutes", transactions({ ...idle, isIdle: false, stateMs: 300_000 }), null],
    ["longer", transactions({ ...idle, isIdle: false, stateMs: 300_001 }), "warning"],
    ["half an hour", transactions({ ...idle, isIdle: false, stateMs: 1_800_000 }), "warning"],
    ["longer than that", transactions({ ...idle, isIdle: false, stateMs: 1_800_001 }), "critical"],
    ["idle", transactions({ ...idle, stateMs: 9_000_000 }), null],
    ["a backup", transactions({ ...idle, isIdle: false, application: "pg_dump", stateMs: 9_000_000 }), null],
  ],
  "pages.damaged": [
    ["none", checksums(0), null],
    ["one", checksums(1), "critical"],
  ],
  "indexes.invalid": [
    ["whole ones", indexes(onA), null],
    ["one that was not built to its end", indexes({ ...onA, isValid: false }), "warning"],
  ],
  "indexes.redundant": [
    ["a small one", indexes(onA, onAB), "info"],
    ["a large one", indexes({ ...onA, bytes: 10 * MiB + 1 }, onAB), "warning"],
    ["of unknown size", indexes({ ...onA, bytes: null }, onAB), "info"],
    ["the same twice", indexes(onA, { ...onA, name: "b_idx" }), "info"],
    ["beside a constraint", indexes(onA, { ...onA, name: "z", isConstraint: true, isUnique: true }), "info"],
    ["a unique one", indexes({ ...onA, isUnique: true }, onAB), null],
    ["a constraint", indexes({ ...onA, isConstraint: true }, onAB), null],
    ["of another table", indexes(onA, { ...onAB, table: "u" }), null],
    ["of another schema", indexes(onA, { ...onAB, schema: "s" }), null],
    ["of another form", indexes(onA, { ...onAB, form: "hash" }), null],
    ["another order", indexes(onA, { ...onAB, key: ["b", "a"] }), null],
    ["beside an invalid one", indexes(onA, { ...onAB, isValid: false }), null],
  ],
  "foreign-keys.unindexed": [
    ["of ten thousand rows", reference(10_000), "info"],
    ["of more", reference(10_001), "warning"],
    ["of an unknown number", reference(null), "info"],
    ["an index in another order", reference(10_001, onAB), null],
    ["an index on one of the columns", reference(10_001, onA), "warning"],
    ["an index on some rows", reference(10_001, { ...onAB, isPartial: true }), "warning"],
    ["an invalid index", reference(10_001, { ...onAB, isValid: false }), "warning"],
    ["an index of another table", reference(10_001, { ...onAB, table: "u" }), "warning"],
  ],
  "transactions.wraparound": [
    ["half of the numbers", ages(HALF), null],
    ["one more", ages(HALF + 1), "warning"],
    ["half of the lockers' numbers, and one", ages(0, HALF + 1), "warning"],
    ["three quarters", ages(1.5 * HALF), "warning"],
    ["one more than three quarters", ages(1.5 * HALF + 1), "critical"],
  ],
  "wal.size": [
    ["64 MiB of a small database", wal(64 * MiB, MiB), null],
    ["a byte more", wal(64 * MiB + 1, MiB), "warning"],
    ["a quarter of the database", wal(100 * MiB, 400 * MiB), null],
    ["more than a quarter", wal(100 * MiB + 1, 400 * MiB), "warning"],
    ["512 MiB", wal(512 * MiB, MiB), "warning"],
    ["more, and more than the database", wal(512 * MiB + 1, MiB), "critical"],
    ["more, but less than the database", wal(600 * MiB, GiB), "warning"],
  ],
  "wal.pinned": [
    ["a thousand frames", pinned(1000), null],
    ["one more", pinned(1001), "info"],
    ["ten thousand", pinned(10_000), "info"],
    ["more than ten thousand", pinned(10_001), "warning"],
    ["a hundred thousand", pinned(100_000), "warning"],
    ["more than that", pinned(100_001), "critical"],
    ["by nobody", pinned(1_000_000, []), null],
    ["by somebody unseen", pinned(10_001, [], true), "warning"],
  ],
  "pages.free": [
    ["a quarter free", pages(25_000, 100_000, 1000 * GiB), null],
    ["more than a quarter", pages(25_001, 100_000, 1000 * GiB), "warning"],
    ["much of a small file", pages(16_384, 20_000, 1000 * GiB), null],
    ["more than 64 MiB", pages(16_385, 20_000, 1000 * GiB), "warning"],
    ["half of a file that fills the disk", pages(50_000, 100_000, GiB), "warning"],
    ["more than half", pages(50_001, 100_000, GiB), "critical"],
    ["more than half, on a large disk", pages(50_001, 100_000, 1000 * GiB), "warning"],
  ],
  "disk.free": [
    ["80 % used", disk(100, 20), null],
    ["more than 80 %", disk(1000, 199), "warning"],
    ["90 %", disk(100, 10), "warning"],
    ["more than 90 %", disk(1000, 99), "critical"],
    ["more than 90 %, with more than 5 % of much left", disk(10_000 * GiB, 600 * GiB), null],
    ["more than 90 %, with less than 5 % of much left", disk(10_000 * GiB, 499 * GiB), "critical"],
    ["more than 90 %, with less than 20 GiB", disk(250 * GiB, 19 * GiB), "critical"],
  ],
  "database.size": [["any size", { size: { bytes: 10 ** 15 } }, null]],
  "backup.age": [
    ["25 hours", backups(25 * HOUR_MS, null), null],
    ["more", backups(25 * HOUR_MS + 1000, null), "warning"],
    ["48 hours", backups(48 * HOUR_MS, null), "warning"],
    ["more than 48", backups(48 * HOUR_MS + 1000, null), "critical"],
    ["none", backups(null, null), "critical"],
  ],
  "backup.proof": [
    ["8 days", backups(0, 8 * DAY_MS), null],
    ["more", backups(0, 8 * DAY_MS + 1000), "warning"],
    ["35 days", backups(0, 35 * DAY_MS), "warning"],
    ["more than 35", backups(0, 35 * DAY_MS + 1000), "critical"],
    ["never", backups(0, null), "warning"],
    ["no backup at all", backups(null, null), null],
  ],
  "backup.failed": [
    ["no failure", backups(0, null), null],
    ["a failure", backups(0, null, 1000), "warning"],
  ],
};

test("every check has its table", () => {
  expect(Object.keys(CASES).toSorted()).toEqual(CHECKS.map(({ id }) => id).toSorted());
});

describe.each(CHECKS.map((check) => [check.id, check] as const))("%s", (id, check) => {
  test.each(CASES[id] ?? [])("%s", (_about, facts, said) => {
    const { findings } = check.evaluate(tableOf(facts), {});
    expect(findings.map(({ severity }) => severity)).toEqual(said === null ? [] : [said]);
  });

  test("needs no fact that it does not name, and measures within the limits it was given", () => {
    const [, facts] = CASES[id]?.[0] ?? ["", {}];
    expect(check.needs.every((name) => name in facts)).toBe(true);
    const names = Object.keys(check.defaults);
    const { measures } = check.evaluate(tableOf(facts), {});
    expect(names.filter((name) => !measures.some((measure) => measure.name === name))).toEqual([]);
  });

  test("thresholds of the user take the places of the defaults", () => {
    for (const [name, limit] of Object.entries(check.defaults)) {
      const [, facts] = CASES[id]?.[0] ?? ["", {}];
      const { measures } = check.evaluate(tableOf(facts), { [name]: { ...limit, warn: 1e15, crit: 2e15 } });
      expect(measures.find((measure) => measure.name === name)).toMatchObject({ warn: 1e15, crit: 2e15 });
    }
  });
});

function tableOf(facts: SomeFacts): FactTable {
  const table = new FactTable();
  const set = <Name extends MonitorFactName>(name: Name): void => table.set(name, facts[name]);
  for (const name of ["reach", "backups", "probe", "connections", "transactions", "transactionAges"] as const)
    set(name);
  for (const name of ["size", "disk", "pages", "writeAheadLog", "blocking", "checksums"] as const) set(name);
  for (const name of ["indexes", "foreignKeys"] as const) set(name);
  return table;
}
