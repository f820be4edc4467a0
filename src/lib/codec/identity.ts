import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { DbopsError, messageOf } from "../core/errors.js";
import { isAgeHeader } from "./age-header.js";

const OTHERS_MAY_READ = 0o077;

/** A file with secret keys that open backups. */
export interface Identity {
  readonly path: string;
  /** Keys of age's own kind, which this process can use by itself; never print them. */
  readonly keys: readonly string[];
  /** False when it holds an SSH key or a plugin's, for which the age program is needed. */
  readonly isNative: boolean;
  /** False for a pipe, which a second reader would find empty. */
  readonly isRegular: boolean;
  /** What is unsafe about the file, or null. */
  readonly warning: string | null;
}

/** Reads an age identity file or an SSH private key. CONFIG.SECRET when it is missing, unreadable or holds no usable key. */
export async function readIdentity(path: string): Promise<Identity> {
  const { bytes, stats } = await load(path);
  const lines = bytes.toString("utf8").split(/\r?\n/);
  const keys = lines.map((line) => line.trim()).filter((line) => line.startsWith("AGE-SECRET-KEY-1"));
  const isNative = !lines.some((line) => line.startsWith("AGE-PLUGIN-") || isSshBegin(line));
  if (isAgeHeader(bytes) || bytes.toString("latin1").startsWith("-----BEGIN AGE ENCRYPTED FILE-----")) {
    throw unusable(path, "it is itself encrypted with a passphrase, and nobody may be there to type it", {
      hint: `decrypt it to a safe place first: age -d ${path}`,
    });
  }
  if (keys.length === 0 && isNative) {
    throw unusable(path, "it holds no AGE-SECRET-KEY-1… and no SSH private key", {
      hint: "an identity file is made by `age-keygen -o key.txt`; the public key (age1…) opens nothing",
    });
  }
  return { path, keys, isNative, isRegular: stats.isFile(), warning: permissionWarning(path, stats) };
}

/** Reads it ahead of the work that will need it; a pipe can be read only once, and is left alone. CONFIG.SECRET. */
export async function checkIdentityFile(path: string): Promise<void> {
  if ((await statsOf(path)).isFile()) await readIdentity(path);
}

async function statsOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function load(path: string): Promise<{ bytes: Buffer; stats: Stats }> {
  const stats = await statsOf(path);
  try {
    return { stats, bytes: await readFile(path) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): DbopsError {
  return unusable(path, messageOf(cause), { hint: "name the file with the secret key by --identity", cause });
}

function isSshBegin(line: string): boolean {
  return /^-----BEGIN (OPENSSH|RSA) PRIVATE KEY-----/.test(line);
}

function permissionWarning(path: string, stats: Stats): string | null {
  if (!stats.isFile() || (stats.mode & OTHERS_MAY_READ) === 0) return null;
  const mode = (stats.mode & 0o777).toString(8).padStart(4, "0");
  return `the identity file ${path} has mode ${mode}: other users may read your secret key (chmod 600 ${path})`;
}

function unusable(path: string, why: string, details: { hint: string; cause?: unknown }): DbopsError {
  return new DbopsError("CONFIG.SECRET", { message: `cannot use the identity file ${path}`, why, ...details });
}
