import type { Identity } from "./driver.js";

/** How dbops itself reaches the database, in milliseconds. */
export interface ProbeFact {
  readonly connectMs: number;
  /** Of the cheapest question there is. */
  readonly answerMs: number;
}

/** Connections of clients, by the server's own count. */
export interface ConnectionsFact {
  readonly used: number;
  readonly most: number;
  /** Of those kept for administrators. */
  readonly reserved: number;
}

export interface OpenTransaction {
  readonly pid: number;
  readonly user: string | null;
  readonly database: string | null;
  readonly application: string;
  /** Nothing runs in it now. */
  readonly isIdle: boolean;
  readonly ageMs: number;
  /** Of its statement that runs now, or of its idleness. */
  readonly stateMs: number;
  /** It keeps dead rows from being cleaned up. */
  readonly holdsSnapshot: boolean;
  readonly holdsLock: boolean;
}

/** Transactions of clients that are open now; none of dbops's own. */
export interface TransactionsFact {
  readonly open: readonly OpenTransaction[];
}

/** How far each database is from the end of its transaction numbers, which are 2^31. */
export interface TransactionAgesFact {
  readonly databases: readonly { readonly name: string; readonly transactions: number; readonly members: number }[];
}

export interface SizeFact {
  readonly bytes: number;
}

/** The file system that the database is on. */
export interface DiskFact {
  readonly folder: string;
  readonly totalBytes: number;
  /** What this user may still write. */
  readonly freeBytes: number;
}

/** The pages of a database file, by its header. */
export interface PagesFact {
  readonly pageBytes: number;
  readonly pages: number;
  readonly freePages: number;
  /** The newest state may be in the write-ahead log. */
  readonly isCertain: boolean;
}

export interface LogHolder {
  readonly pid: number;
  readonly command: string;
}

/** A write-ahead log beside a database file, looked at without opening either. */
export interface WriteAheadLogFact {
  readonly bytes: number;
  readonly databaseBytes: number;
  /** null where nobody has the database open: the log's index is absent. */
  readonly index: {
    readonly frames: number;
    /** Frames already copied into the database file. */
    readonly checkpointed: number;
    /** Processes whose snapshots keep frames from being copied. */
    readonly readers: readonly LogHolder[];
    /** A reader must exist, but no process that this user can see holds the lock. */
    readonly hasUnseenReader: boolean;
  } | null;
}

/** A session that waits for a lock, and what it waits for. */
export interface BlockedSession {
  readonly pid: number;
  readonly application: string;
  readonly waitingMs: number;
  /** Those that hold what it wants, or stand before it. */
  readonly blockers: readonly number[];
}

export interface BlockingFact {
  readonly blocked: readonly BlockedSession[];
  /** What is known of those that block and do not wait themselves. */
  readonly roots: readonly {
    readonly pid: number;
    readonly application: string;
    readonly isIdle: boolean;
    readonly ageMs: number;
  }[];
}

/** An index as far as its usefulness can be judged by its definition. */
export interface IndexDefinition {
  readonly schema: string | null;
  readonly table: string;
  readonly name: string;
  /** The parts of its key in order; equal texts mean the same column, order, collation and operators. */
  readonly key: readonly string[];
  /** The names of its columns for people; null for an expression. */
  readonly columns: readonly (string | null)[];
  readonly isUnique: boolean;
  /** It upholds a primary key, a unique or an exclusion constraint. */
  readonly isConstraint: boolean;
  /** False for what an interrupted build has left. */
  readonly isValid: boolean;
  /** Everything else that two indexes must share to be exchangeable: method, condition, further columns. */
  readonly form: string;
  /** It holds only some of the rows. */
  readonly isPartial: boolean;
  /** null where only reading it would tell. */
  readonly bytes: number | null;
}

export interface IndexesFact {
  readonly indexes: readonly IndexDefinition[];
}

export interface ReferenceDefinition {
  readonly schema: string | null;
  readonly table: string;
  readonly columns: readonly string[];
  /** `schema.table`. */
  readonly parent: string;
  /** Of the referring table, by the database's own statistics; null where it has none. */
  readonly rows: number | null;
}

export interface ForeignKeysFact {
  readonly foreignKeys: readonly ReferenceDefinition[];
}

/** Pages that the server has found not to be what it wrote, since its statistics were reset; absent where it does not check. */
export interface ChecksumsFact {
  readonly databases: readonly { readonly name: string; readonly failures: number }[];
}

/** Every fact that a watch may offer, with the type of what it says. */
export interface Facts {
  readonly probe: ProbeFact;
  readonly connections: ConnectionsFact;
  readonly transactions: TransactionsFact;
  readonly transactionAges: TransactionAgesFact;
  readonly blocking: BlockingFact;
  readonly indexes: IndexesFact;
  readonly foreignKeys: ForeignKeysFact;
  readonly checksums: ChecksumsFact;
  readonly size: SizeFact;
  readonly disk: DiskFact;
  readonly pages: PagesFact;
  readonly writeAheadLog: WriteAheadLogFact;
}

export type FactName = keyof Facts;

/** One look at a fact. What it cost is the time that the asking took, in milliseconds. */
export type Reading<Fact> =
  | { readonly state: "read"; readonly fact: Fact; readonly costMs: number }
  | {
      /** Absent: there is no such thing here, so that nothing is missed. */
      readonly state: "unavailable" | "absent";
      readonly reason: string;
      /** What would make it available, as a command or a sentence; null where nothing would. */
      readonly enable: string | null;
      readonly costMs: number;
    };

/** A way to mend something, in the engine's own words. */
export interface Fix {
  readonly kind: "sql" | "command";
  readonly text: string;
  /** The strongest lock it takes; null for none. */
  readonly lockLevel: string | null;
  /** What it may harm; null for nothing. */
  readonly risk: string | null;
}

/** What a check asks an engine to put into words, with what it is about. */
export type Remedy =
  | { readonly kind: "endSession"; readonly pid: number }
  | { readonly kind: "endProcess"; readonly pid: number }
  | { readonly kind: "checkpoint" }
  | { readonly kind: "freeze"; readonly database: string }
  | { readonly kind: "shrink" }
  | { readonly kind: "dropIndex"; readonly schema: string | null; readonly name: string }
  | {
      readonly kind: "createIndex";
      readonly schema: string | null;
      readonly table: string;
      readonly columns: readonly string[];
    };

/** A look at a live database that harms nothing: no lock stronger than a reader's, no write, no waiting. */
export interface Watch extends AsyncDisposable {
  readonly engine: string;
  /** Never holds a secret. */
  readonly label: string;
  readonly identity: Identity;
  /** Never throws for what the database refuses: that is `unavailable`. Ends within `budgetMs`. CONNECT.LOST. */
  read<Name extends FactName>(name: Name, budgetMs: number): Promise<Reading<Facts[Name]>>;
  /** null where this engine has no such remedy. */
  remedy(remedy: Remedy): Fix | null;
}
