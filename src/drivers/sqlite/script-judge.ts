import { refusedScript } from "./script-errors.js";
import type { ScriptStatement } from "./script-splitter.js";

/** What is done about a statement: a `setting` must come before the transaction; `needless` ones are not run. */
export interface Judgement {
  readonly act: "run" | "setting" | "needless";
  /** Its first word, in capitals. */
  readonly keyword: string;
  readonly destroys: boolean;
}

const HEAD_BYTES = 2000;
const OTHER_FILES = new Set(["ATTACH", "DETACH", "VACUUM"]);
const TO_SAVEPOINT = /^ROLLBACK\s+(?:TRANSACTION\s+)?TO\b/i;
const DESTROYS = /^(?:DROP|DELETE|UPDATE|REPLACE|INSERT\s+OR\s+REPLACE)\b/i;
const ALTERS_AWAY = /^ALTER\b[\s\S]*\bDROP\b/i;
const HIDES = /^WITH\b[\s\S]*\b(?:DELETE|UPDATE|REPLACE)\b/i;
/** As exports write it before the counter of one of their own tables; texts are blanked here. */
const SETS_COUNTER = /^DELETE\s+FROM\s+"?sqlite_sequence"?\s+WHERE\s+name\s*=\s*''\s*;$/i;
/** As `.dump` writes it before it sets the counters of its own tables. */
const EMPTIES_COUNTERS = /^DELETE\s+FROM\s+"?sqlite_sequence"?\s*;$/i;
const PIECES = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g;
const PRAGMA = /^PRAGMA\s+(?:[\w"`[\]]+\s*\.\s*)?["`[]?(\w+)/i;
const EXTENSION = /load_extension["`\]]?\s*\(/i;

/** What a script may say by PRAGMA; everything else changes how the file, or SQLite itself, works. */
const PRAGMAS: Readonly<Record<string, Judgement["act"]>> = {
  foreign_keys: "setting",
  encoding: "setting",
  user_version: "run",
  application_id: "run",
  defer_foreign_keys: "run",
  recursive_triggers: "run",
  legacy_alter_table: "run",
  table_info: "run",
  table_xinfo: "run",
  index_list: "run",
  foreign_key_list: "run",
  foreign_key_check: "run",
  integrity_check: "run",
  quick_check: "run",
  synchronous: "needless",
  cache_size: "needless",
  temp_store: "needless",
  busy_timeout: "needless",
  mmap_size: "needless",
};

/** Looks at the statements of a script one after the other: no other file may be touched, and nothing may end the one transaction. */
export class ScriptJudge {
  readonly #hasCounters: boolean;
  #begunAt: number | null = null;

  /** `hasCounters`: AUTOINCREMENT counters are in the database that would go. */
  constructor(hasCounters: boolean) {
    this.#hasCounters = hasCounters;
  }

  /** DB.REFUSED. */
  judge({ bytes, line }: ScriptStatement): Judgement {
    const head = bare(bytes.toString("latin1", 0, HEAD_BYTES));
    const keyword = /^[a-z]+/i.exec(head)?.[0].toUpperCase();
    if (keyword === undefined) throw refusedScript(line, `no statement begins with ${head.slice(0, 20)}`);
    if (OTHER_FILES.has(keyword))
      throw refusedScript(line, `it reaches for other files, or all of this one: ${keyword}`);
    if (keyword === "PRAGMA") return { act: pragma(head, line), keyword, destroys: false };
    if (keyword === "BEGIN") return this.#begin(line);
    if (keyword === "COMMIT" || keyword === "END") return this.#commit(line, keyword);
    if (keyword === "ROLLBACK" && !TO_SAVEPOINT.test(head))
      throw refusedScript(line, "it takes everything back: ROLLBACK");
    if (loadsExtension(bytes)) throw refusedScript(line, "it loads an extension: load_extension()");
    const isLong = bytes.length > HEAD_BYTES && keyword !== "INSERT";
    return { act: "run", keyword, destroys: this.#destroys(isLong ? bare(bytes.toString("latin1")) : head) };
  }

  /** After the last statement. DB.REFUSED. */
  end(): void {
    if (this.#begunAt === null) return;
    throw refusedScript(this.#begunAt, "the transaction that begins here is not committed: the script is not whole");
  }

  #begin(line: number): Judgement {
    if (this.#begunAt !== null) throw refusedScript(line, "it begins a transaction within another one");
    this.#begunAt = line;
    return { act: "needless", keyword: "BEGIN", destroys: false };
  }

  #commit(line: number, keyword: string): Judgement {
    if (this.#begunAt === null) {
      throw refusedScript(line, `it ends the transaction that all of it is run in: ${keyword}`);
    }
    this.#begunAt = null;
    return { act: "needless", keyword, destroys: false };
  }

  #destroys(head: string): boolean {
    if (SETS_COUNTER.test(head)) return false;
    if (EMPTIES_COUNTERS.test(head)) return this.#hasCounters;
    return DESTROYS.test(head) || ALTERS_AWAY.test(head) || HIDES.test(head);
  }
}

function pragma(head: string, line: number): Judgement["act"] {
  const name = PRAGMA.exec(head)?.[1]?.toLowerCase() ?? "";
  const act = PRAGMAS[name];
  if (act !== undefined) return act;
  const virtual =
    name === "writable_schema" ? ", as dumps of virtual tables do: restore these, or import a folder" : "";
  throw refusedScript(line, `it sets what a script must not: PRAGMA ${name}${virtual}`);
}

/** In names as in bare words, but not in texts. */
function loadsExtension(bytes: Buffer): boolean {
  const text = bytes.toString("latin1");
  return EXTENSION.test(text) && EXTENSION.test(bare(text));
}

function bare(text: string): string {
  return text.replaceAll(PIECES, (piece) => {
    if (piece.startsWith("'")) return "''";
    return piece.startsWith("--") || piece.startsWith("/*") ? " " : piece;
  });
}
