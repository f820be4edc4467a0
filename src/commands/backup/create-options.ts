import { DbopsError } from "../../lib/core/errors.js";
import type { OptionSpec, RawInput } from "../define.js";
import {
  KEY_OPTIONS,
  optionChoice,
  optionCount,
  optionFlag,
  optionList,
  optionText,
  SCRATCH_OPTION,
  STORE_OPTION,
} from "../options.js";

const COMPRESSIONS = ["zstd", "gzip", "none"] as const;
const LEVELS = ["none", "stored", "read", "restore"] as const;
const FINGERPRINTS = ["auto", "hash", "counts", "none"] as const;
const FORMATS = ["plain", "custom", "directory"] as const;

export const CREATE_OPTIONS = [
  STORE_OPTION,
  { flags: "--name <name>", help: "begin the backup's ID with this instead of the target's name" },
  { flags: "--all", help: "every configured target; one failure does not stop the rest (exit 5)" },
  { flags: "--compress <kind>", help: "default zstd", choices: COMPRESSIONS },
  { flags: "--level <n>", help: "compression level: zstd 1-19 (default SQLite 2, PostgreSQL 7), gzip 1-9 (6)" },
  { flags: "--encrypt-to <recipient>", help: "encrypt to this age recipient", isRepeatable: true },
  ...KEY_OPTIONS,
  { flags: "--verify <level>", help: "default read", choices: LEVELS },
  { flags: "--fingerprint <mode>", help: "default auto: hash up to 20 GB, then counts", choices: FINGERPRINTS },
  { flags: "--tables <table>", help: "only this table: a partial backup (PostgreSQL)", isRepeatable: true },
  { flags: "--exclude-tables <table>", help: "all but this table: a partial backup (PostgreSQL)", isRepeatable: true },
  { flags: "--format <format>", help: "archive format, default custom (PostgreSQL)", choices: FORMATS },
  { flags: "--jobs <n>", help: "parallel dump, with --format directory (PostgreSQL)" },
  { flags: "--compact", help: "write a freshly packed copy by VACUUM INTO (SQLite)" },
  { flags: "--prune", help: "delete what no retention rule keeps, right after success" },
  { flags: "--manifest <file>", help: "with --store -: write the manifest there" },
  SCRATCH_OPTION,
] as const satisfies readonly OptionSpec[];

/** What the flags say; null or empty = as configured. */
export interface CreateFlags {
  readonly name: string | null;
  readonly compress: (typeof COMPRESSIONS)[number] | null;
  readonly level: number | null;
  readonly encryptTo: readonly string[];
  readonly passphraseFile: string | null;
  readonly identity: string | null;
  readonly verify: (typeof LEVELS)[number] | null;
  readonly fingerprint: (typeof FINGERPRINTS)[number] | null;
  readonly tables: readonly string[];
  readonly excludeTables: readonly string[];
  readonly format: (typeof FORMATS)[number] | null;
  readonly jobs: number | null;
  readonly isCompact: boolean;
  readonly passThrough: readonly string[];
  readonly scratch: string | null;
  readonly isPruning: boolean;
  readonly manifest: string | null;
}

/** USAGE.INVALID for numbers that are none and for flags that exclude each other. */
export function createFlags(raw: RawInput): CreateFlags {
  const flags = {
    name: optionText(raw, "name"),
    compress: optionChoice(raw, "compress", COMPRESSIONS),
    level: optionCount(raw, "level", 1),
    encryptTo: optionList(raw, "encryptTo"),
    passphraseFile: optionText(raw, "passphraseFile"),
    identity: optionText(raw, "identity"),
    verify: optionChoice(raw, "verify", LEVELS),
    fingerprint: optionChoice(raw, "fingerprint", FINGERPRINTS),
    tables: optionList(raw, "tables"),
    excludeTables: optionList(raw, "excludeTables"),
    format: optionChoice(raw, "format", FORMATS),
    jobs: optionCount(raw, "jobs", 1),
    isCompact: optionFlag(raw, "compact"),
    passThrough: raw.passThrough,
    scratch: optionText(raw, "scratch"),
    isPruning: optionFlag(raw, "prune"),
    manifest: optionText(raw, "manifest"),
  };
  if (flags.tables.length > 0 && flags.excludeTables.length > 0) throw exclusive("--tables", "--exclude-tables");
  if (flags.name?.trim() === "") throw emptyName();
  checkStream(raw, flags);
  return flags;
}

/** One finished copy on stdout leaves no room for a document, and nothing to re-read or prune. */
function checkStream(raw: RawInput, flags: CreateFlags): void {
  if (optionText(raw, "store") !== "-") {
    if (flags.manifest !== null)
      throw new DbopsError("USAGE.INVALID", { message: "--manifest goes with --store - only" });
    return;
  }
  const given = [
    raw.options.json === true ? "--json" : null,
    flags.jobs === null ? null : "--jobs",
    flags.verify === null || flags.verify === "none" ? null : "--verify",
    flags.isPruning ? "--prune" : null,
    optionFlag(raw, "all") ? "--all" : null,
  ].find((flag) => flag !== null);
  if (given !== undefined) throw exclusive("--store -", given);
}

function emptyName(): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: "--name is empty",
    why: "the ID of the backup would begin with nothing",
    hint: "leave --name out to begin it with the target's name",
  });
}

function exclusive(one: string, other: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${one} and ${other} exclude each other`,
    hint: "give one of them",
  });
}
