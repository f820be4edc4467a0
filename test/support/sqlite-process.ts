import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Disposing kills it, so that a test that fails leaves no writer behind. */
export interface SqliteProcess extends AsyncDisposable {
  readonly pid: number;
  /** The next line that it prints. */
  line(): Promise<string>;
  /** Tells it to go on. */
  tell(word: string): void;
  /** Ends it by SIGKILL, as a crash would. */
  kill(): Promise<void>;
  readonly exited: Promise<number | null>;
}

export interface SqliteProcessOptions {
  readonly args?: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  /** More code before the script, such as imports. */
  readonly isModule?: boolean;
}

const PRELUDE = `
const Database = require("better-sqlite3");
const args = process.argv.slice(1);
const say = (word) => require("node:fs").writeSync(1, word + "\\n");
const stay = () => setInterval(() => {}, 1 << 30);
const told = () => new Promise((resolve) => process.stdin.once("data", (data) => resolve(String(data).trim())));
`;

/** Another program that uses a database: a script with Database, args, say, stay and told. */
export function startSqliteProcess(script: string, options: SqliteProcessOptions = {}): SqliteProcess {
  const { args = [], uid, gid, isModule = false } = options;
  const code = isModule ? script : `${PRELUDE};(async () => {${script}})()`;
  const flags = isModule ? ["--input-type=module"] : [];
  const child = spawn(process.execPath, [...flags, "-e", code, "--", ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = exitOf(child);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  return {
    pid: child.pid ?? 0,
    line: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the process ended with ${await exited} before it said anything`);
      return String(value);
    },
    tell: (word) => void child.stdin.write(`${word}\n`),
    kill,
    [Symbol.asyncDispose]: kill,
    exited,
  };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, "exit");
  return typeof code === "number" ? code : null;
}
