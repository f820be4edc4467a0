import { inject, it } from "vitest";
import { freshDatabase } from "../support/fresh-database.js";
import { openSource } from "../support/postgres-copy.js";
import { EVERYTHING } from "../support/postgres-catalog-world.js";
it("x", async () => {
  await using database = await freshDatabase(inject("postgresUrl"));
  await database.sql(EVERYTHING);
  await using opened = await openSource(database.url);
  const catalog = await opened.source.catalog();
  console.log(JSON.stringify(catalog, (k, v) => typeof v === "bigint" ? `${v}n` : k === "parsed" || k === "select" ? (v.isParsed ? "ok" : v.reason) : v, 1));
  for (const t of catalog.tables) console.log(t.definition);
});
