/*
 * What the databases hold: deterministic, of mixed types, and as compressible as business data is (names repeat, amounts
 * and keys do not). Never change it to make a figure better: figures of different days would no longer compare.
 */

export const SCHEMA = {
  customers: [
    ["id", "INTEGER PRIMARY KEY", "bigint PRIMARY KEY"],
    ["name", "TEXT NOT NULL", "text NOT NULL"],
    ["email", "TEXT NOT NULL", "text NOT NULL"],
    ["city", "TEXT", "text"],
    ["balance", "REAL NOT NULL", "double precision NOT NULL"],
    ["created_at", "TEXT NOT NULL", "text NOT NULL"],
    ["note", "TEXT", "text"],
  ],
  orders: [
    ["id", "INTEGER PRIMARY KEY", "bigint PRIMARY KEY"],
    ["customer_id", "INTEGER NOT NULL", "bigint NOT NULL"],
    ["status", "TEXT NOT NULL", "text NOT NULL"],
    ["total", "REAL NOT NULL", "double precision NOT NULL"],
    ["quantity", "INTEGER NOT NULL", "bigint NOT NULL"],
    ["placed_at", "TEXT NOT NULL", "text NOT NULL"],
  ],
  events: [
    ["id", "INTEGER PRIMARY KEY", "bigint PRIMARY KEY"],
    ["order_id", "INTEGER NOT NULL", "bigint NOT NULL"],
    ["kind", "TEXT NOT NULL", "text NOT NULL"],
    ["payload", "TEXT NOT NULL", "text NOT NULL"],
    ["score", "REAL", "double precision"],
  ],
  documents: [
    ["id", "INTEGER PRIMARY KEY", "bigint PRIMARY KEY"],
    ["customer_id", "INTEGER NOT NULL", "bigint NOT NULL"],
    ["title", "TEXT NOT NULL", "text NOT NULL"],
    ["body", "BLOB NOT NULL", "bytea NOT NULL"],
  ],
};

export const INDEXES = [
  ["customers", "email"],
  ["orders", "customer_id"],
  ["orders", "placed_at"],
  ["events", "order_id"],
  ["documents", "customer_id"],
];

/** One table by itself, about 110 MB of a million rows. */
export const MILLION = {
  rows: 1_000_000,
  columns: [
    ["id", "INTEGER PRIMARY KEY", "bigint PRIMARY KEY"],
    ["n", "INTEGER NOT NULL", "bigint NOT NULL"],
    ["x", "REAL NOT NULL", "double precision NOT NULL"],
    ["name", "TEXT NOT NULL", "text NOT NULL"],
    ["at", "TEXT NOT NULL", "text NOT NULL"],
    ["note", "TEXT NOT NULL", "text NOT NULL"],
  ],
};

/** Rows of each table in one round; rounds are added until the database has its size. */
export const ROUND = { customers: 400, orders: 2000, events: 3000, documents: 40 };

const WORDS =
  "invoice delivery warehouse customer refund parcel express standard pending review manual online partner discount voucher summer winter north harbour station market quality control batch return".split(
    " ",
  );
const CITIES = ["Berlin", "Hamburg", "Zürich", "Wien", "København", "Antwerpen", "Lyon", "Kraków", "Graz", "Bergen"];
const STATUS = ["new", "paid", "packed", "sent", "delivered", "returned"];
const KINDS = ["viewed", "created", "changed", "paid", "mailed", "scanned"];

/** @param {number} seed */
export function openRows(seed = 42) {
  const random = randomOf(seed);
  /** @param {number} below */
  const int = (below) => Math.floor(random() * below);
  /** @param {readonly string[]} list */
  const pick = (list) => list[int(list.length)] ?? "";
  /** @param {number} count */
  const words = (count) => Array.from({ length: count }, () => pick(WORDS)).join(" ");
  const time = () => new Date(1_600_000_000_000 + int(180_000_000) * 1000).toISOString();
  const hex = () =>
    int(2 ** 32)
      .toString(16)
      .padStart(8, "0");
  return {
    /** @param {number} id @returns {unknown[]} */
    million: (id) => [id, int(2 ** 31), random(), `${pick(WORDS)} ${hex()}`, time(), words(4 + int(3))],
    /** @param {number} id @returns {unknown[]} */
    customers: (id) => {
      const name = `${pick(WORDS)} ${pick(WORDS)} ${int(10000)}`;
      return [id, name, `${hex()}@example.org`, pick(CITIES), random() * 10000, time(), int(3) > 0 ? null : words(12)];
    },
    /** @param {number} id @returns {unknown[]} */
    orders: (id) => [id, int(id) + 1, pick(STATUS), int(1_000_000) / 100, int(20) + 1, time()],
    /** @param {number} id @returns {unknown[]} */
    events: (id) => {
      const payload = { ref: hex() + hex(), at: time(), text: words(4 + int(8)), amount: random() * 100 };
      return [id, int(id) + 1, pick(KINDS), JSON.stringify(payload), int(4) === 0 ? null : random() * 2 - 1];
    },
    /** @param {number} id @returns {unknown[]} */
    documents: (id) => {
      const noise = Buffer.from(Array.from({ length: 512 }, () => int(2 ** 32).toString(16)).join(""), "latin1");
      return [id, int(id) + 1, words(5), Buffer.concat([noise, Buffer.from(words(200 + int(600)))])];
    },
  };
}

/** mulberry32: small, fast, the same everywhere. @param {number} seed */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
