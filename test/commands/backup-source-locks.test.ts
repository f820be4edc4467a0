import { expect, inject, test } from "vitest";
import { onServer } from "../support/fresh-database.js";
import { postgresWorld } from "../support/postgres-world.js";

test("no lock and no snapshot is held on the source while a backup is proven", async () => {
  const server = inject("postgresUrl");
  await using world = await postgresWorld(server);
  const look = `SELECT (SELECT count(*)::int FROM pg_locks WHERE database = d.oid AND relation >= 16384 AND pid <> pg_backend_pid()) AS locks,
      (SELECT count(*)::int FROM pg_stat_activity WHERE datid = d.oid AND state LIKE 'idle in transaction%') AS open
    FROM pg_database d WHERE d.datname = $1
     AND EXISTS (SELECT FROM pg_database WHERE datname LIKE 'dbops\\_scratch\\_%')`;
  let isOver = false;
  const backup = world.backup("--verify", "restore", "--scratch", server).finally(() => {
    isOver = true;
  });
  const seen: unknown[] = [];
  while (!isOver && seen.length === 0) seen.push(...(await onServer(server, look, [world.db.name])));
  await backup;
  expect(seen).toEqual([{ locks: 0, open: 0 }]);
});
