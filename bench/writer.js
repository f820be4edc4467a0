import Database from "better-sqlite3";

/*
 * An application that writes all the time: one row and one commit every 5 ms, until its standard input ends. Says `ready`
 * after the first commit, and at the end how many there were.
 */
const EVERY_MS = 5;
const db = new Database(process.argv[2] ?? "", { timeout: 30_000 });
const insert = db.prepare("INSERT INTO events (order_id, kind, payload, score) VALUES (?, 'written', ?, ?)");
let commits = 0;

const timer = setInterval(() => {
  insert.run(commits, `{"commit":${commits}}`, commits / 3);
  commits += 1;
  if (commits === 1) process.stdout.write("ready\n");
}, EVERY_MS);

process.stdin.resume().once("end", () => {
  clearInterval(timer);
  db.close();
  process.stdout.write(`${commits}\n`);
});
