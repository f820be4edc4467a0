// `npm run demo`: backs up, proves, damages and restores a real SQLite database. Needs neither network nor PostgreSQL.
import { fork, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { access, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";

const DBOPS = fileURLToPath(new URL("./dbops.js", import.meta.url));
const SELF = fileURLToPath(import.meta.url);
const ORDERS = 20_000;
const DAMAGED_PAGES = 40;

if (process.argv[2] === "writer") runWriter(process.argv[3]);
else process.exitCode = await demo();

async function demo() {
  // Ctrl-C reaches the running command too; its failure ends the demo, so that the folder is removed on that path as well.
  process.on("SIGINT", () => {});
  process.stdout.on("error", () => {});
  const folder = await mkdtemp(join(tmpdir(), "dbops-demo-"));
  try {
    await tell(folder);
    say("\nEvery step did what it claims. The demo's folder is removed.");
    return 0;
  } catch (error) {
    say(`\nTHE DEMO FAILED: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tell(folder) {
  const file = join(folder, "shop.db");
  title("1. A database, and an application that writes into it all the time");
  makeShop(file);
  say(`${ORDERS} orders and as many payments; every commit adds one of each, so their numbers must always agree`);
  await dbops(folder, ["init"]);

  title("2. A backup of the live database, proven by a restore");
  const { live, during } = await backUpUnderWriter(folder, file);
  const [orders, payments] = ["orders", "payments"].map((name) => rowsOf(live.backup, name));
  check(during > 0, `the application committed ${during} times meanwhile`);
  check(orders === payments, `the backup holds ${orders} orders and ${payments} payments: one moment, not a mixture`);
  check(live.backup.verified === "restore", "it was restored into a scratch file and every table compared equal");

  title("3. One more at the end of the day, and what there is now");
  await dbops(folder, ["backup", "shop", "--verify", "restore"]);
  await dbops(folder, ["backup", "list", "shop"]);
  const wanted = contentOf(file);

  title(`4. Damage: ${DAMAGED_PAGES} pages in the middle of the file are overwritten`);
  await damage(file);
  check(contentOf(file) !== wanted, "the application can no longer read what it wrote");

  title("5. The nightly backup notices: it keeps what it can get and refuses to count it");
  await dbops(folder, ["backup", "shop"], 10);
  const { backups } = await dbopsJson(folder, ["backup", "list", "shop"]);
  check(backups[0].state.kind === "sourceDamaged", "the newest backup is marked as one of a damaged database");
  check(backups[1].state.kind === "proven", "the newest that counts is the proven one before it");

  title("6. Get it back: first look, then do");
  await dbops(folder, ["restore", "shop", "--from", "latest", "--dry-run"]);
  check(contentOf(file) !== wanted, "--dry-run changed nothing");
  await dbops(folder, ["restore", "shop", "--from", "latest", "--confirm", "shop"]);
  check(contentOf(file) === wanted, "every row of every table is as it was before the damage");

  title("7. A wrong restore can be undone: the replaced file was kept");
  const { previous } = await dbopsJson(folder, ["restore", "previous", "shop"]);
  await access(previous[0].name);
  check(previous.length === 1, "the damaged file is kept; `dbops restore undo shop --confirm shop` would put it back");
}

function makeShop(file) {
  const database = new Database(file);
  database.pragma("journal_mode = WAL");
  database.exec(`
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, note TEXT, cents INTEGER NOT NULL);
    CREATE TABLE payments (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders, at TEXT NOT NULL);
    CREATE INDEX orders_customer ON orders (customer);
  `);
  const sell = sale(database);
  database.transaction(() => {
    for (let number = 1; number <= ORDERS; number += 1) sell(number);
  })();
  database.close();
}

function sale(database) {
  const order = database.prepare("INSERT INTO orders VALUES (?, ?, ?, ?)");
  const payment = database.prepare("INSERT INTO payments (order_id, at) VALUES (?, datetime('now'))");
  return (number) => {
    order.run(number, `customer ${number % 997}`, `order ${number}: as agreed by telephone`, (number * 7919) % 100_000);
    payment.run(number);
  };
}

/** The application: a process of its own that commits every few milliseconds as long as the demo listens. */
function runWriter(file) {
  const database = new Database(file);
  database.pragma("busy_timeout = 5000");
  const sell = database.transaction(sale(database));
  let commits = 0;
  const timer = setInterval(() => {
    commits += 1;
    sell(ORDERS + commits);
  }, 5);
  process.on("SIGINT", () => {});
  process.on("message", () => process.send(commits));
  process.on("disconnect", () => {
    clearInterval(timer);
    database.close();
  });
}

async function backUpUnderWriter(folder, file) {
  const writer = fork(SELF, ["writer", file]);
  const ended = once(writer, "exit");
  try {
    const before = await commitsOf(writer);
    const live = await dbopsJson(folder, ["backup", "shop", "--verify", "restore"]);
    return { live, during: (await commitsOf(writer)) - before };
  } finally {
    if (writer.connected) writer.disconnect();
    await ended;
  }
}

/** The number of commits so far; the writer answers once it has begun. */
async function commitsOf(writer) {
  const answer = Promise.race([once(writer, "message"), once(writer, "exit").then(() => [null])]);
  writer.send("count");
  const [commits] = await answer;
  if (commits === null) throw new Error("the writing application ended by itself");
  return commits;
}

async function damage(file) {
  const handle = await open(file, "r+");
  try {
    const { size } = await handle.stat();
    const start = Math.floor(size / 2 / 4096) * 4096;
    await handle.write(Buffer.alloc(DAMAGED_PAGES * 4096, 0xdb), 0, DAMAGED_PAGES * 4096, start);
  } finally {
    await handle.close();
  }
}

/** A hash over every row, read by SQLite itself and not by dbops; the error's text where they cannot be read. */
function contentOf(file) {
  const database = new Database(file, { readonly: true });
  try {
    const hash = createHash("sha256");
    for (const table of ["orders", "payments"])
      for (const row of database.prepare(`SELECT * FROM ${table} ORDER BY id`).iterate())
        hash.update(JSON.stringify(row));
    return hash.digest("hex");
  } catch (error) {
    return `unreadable: ${error.message}`;
  } finally {
    database.close();
  }
}

function rowsOf(backup, name) {
  return backup.tables.find((table) => table.name === name).rows;
}

/** Shows a command, runs it, lets its output through, and insists on its exit code. */
async function dbops(folder, words, expected = 0) {
  say(`\n$ dbops ${words.join(" ")}`);
  await run(folder, words, { expected, stdout: "inherit" });
  if (expected !== 0) say(`(exit ${expected})`);
}

/** The same with --json; returns `data`. */
async function dbopsJson(folder, words) {
  say(`\n$ dbops ${words.join(" ")} --json`);
  const text = await run(folder, [...words, "--json"], { expected: 0, stdout: "pipe" });
  return JSON.parse(text).data;
}

async function run(folder, words, { expected, stdout }) {
  const child = spawn(process.execPath, [DBOPS, ...words], {
    cwd: folder,
    env: environment(folder),
    stdio: ["ignore", stdout, "inherit"],
  });
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== expected) throw new Error(`dbops ${words.join(" ")} ended with exit ${code}, not ${expected}`);
  return text;
}

/** Nothing of the user's own configuration or databases reaches the demo, and nothing of it stays behind. */
function environment(folder) {
  const kept = ["PATH", "LANG", "LC_ALL", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "TZ"];
  const own = Object.fromEntries(kept.filter((name) => name in process.env).map((name) => [name, process.env[name]]));
  return { ...own, HOME: folder, TMPDIR: folder, XDG_STATE_HOME: join(folder, "state"), DBOPS_BACKUP_SCRATCH: folder };
}

function check(isTrue, claim) {
  if (!isTrue) throw new Error(`not true: ${claim}`);
  say(`✔ ${claim}`);
}

function title(text) {
  say(`\n== ${text}`);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
