import type { TargetAddress } from "#dbops/drivers/driver.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";
import { driverContract } from "./contract.js";

for (const mode of ["WAL", "DELETE"]) {
  driverContract(`SQLite in ${mode} mode`, async () => {
    const folder = await testFolder();
    let made = 0;
    const address = (): TargetAddress => {
      made += 1;
      return { engine: "sqlite", name: `app${made}`, location: folder.file(`app${made}.db`) };
    };
    return {
      engine: sqliteEngine,
      make: async (statements) => {
        const target = address();
        sqlite(target.location, `PRAGMA journal_mode = ${mode}`, ...statements);
        return target;
      },
      change: async ({ location }, statements) => sqlite(location, ...statements),
      nowhere: address,
      scratchDir: folder.path,
      dispose: async () => await folder[Symbol.asyncDispose](),
    };
  });
}
