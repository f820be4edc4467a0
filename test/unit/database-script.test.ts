import { expect, test } from "vitest";
import { readDatabaseScript } from "#dbops/drivers/postgres/database-script.js";

const script = (
  provider: string,
) => `CREATE DATABASE app WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = ${provider} LOCALE = 'C' TABLESPACE = fast;
ALTER DATABASE app OWNER TO me;`;

test.each([
  ["libc", 13, true, "CREATE DATABASE x WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE = 'C' TABLESPACE = fast"],
  ["libc", 14, false, "CREATE DATABASE x WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE = 'C'"],
  [
    "libc",
    15,
    false,
    "CREATE DATABASE x WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'C'",
  ],
  [
    "icu",
    14,
    false,
    "CREATE DATABASE x WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = icu LOCALE = 'C'",
  ],
])(
  "a database with the locale of %s is made on PostgreSQL %d in words that it knows",
  (provider, major, keepTablespace, sql) => {
    const made = readDatabaseScript(script(provider)).create("x", { keepTablespace, major });
    expect(made?.replaceAll('"', "").replaceAll(/\s+/g, " ")).toBe(sql);
  },
);
