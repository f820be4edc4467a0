import { basename, extname } from "node:path";
import { absolutePath } from "./absolute-path.js";

/** What a path, URL or `service:NAME` says about a database without opening it. */
export interface TargetLocation {
  readonly engine: string;
  /** An absolute path, a URL or `service:NAME`. */
  readonly location: string;
  /** The file's stem, the URL's database or the service's name. */
  readonly derivedName: string;
  /** The absolute path of a file; null for servers. */
  readonly file: string | null;
}

interface Scheme {
  readonly engine: string;
  readonly form: "file" | "url" | "service";
}

/** The words before the first colon that dbops understands: the only table of engine words. */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  sqlite: { engine: "sqlite", form: "file" },
  sqlite3: { engine: "sqlite", form: "file" },
  file: { engine: "sqlite", form: "file" },
  postgres: { engine: "postgres", form: "url" },
  postgresql: { engine: "postgres", form: "url" },
  service: { engine: "postgres", form: "service" },
};
const FILE_ENGINE = SCHEMES.sqlite?.engine ?? "sqlite";
const FILE_EXTENSIONS = [".db", ".sqlite", ".sqlite3"];

export interface LocationBase {
  /** What relative paths are relative to. */
  readonly folder: string;
  readonly homeDir: string | null;
}

/** The scheme of `scheme:rest`, in lower case, or null for what can only be a path or a name. */
export function schemeOf(text: string): string | null {
  return /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** True for schemes that name an engine. */
export function isKnownScheme(scheme: string): boolean {
  return Object.hasOwn(SCHEMES, scheme);
}

/** True when a bare word's ending says that it is a database file. */
export function looksLikeDatabaseFile(word: string): boolean {
  return FILE_EXTENSIONS.includes(extname(word).toLowerCase());
}

/** Reads a URL, `sqlite:PATH`, `service:NAME` or path; null for a scheme that no engine serves. */
export function parseLocation(text: string, base: LocationBase): TargetLocation | null {
  const name = schemeOf(text);
  if (name === null) return fileLocation(text, base);
  const scheme = SCHEMES[name];
  if (scheme === undefined) return null;
  const rest = text.slice(name.length + 1);
  if (scheme.form === "file") return fileLocation(filePath(name, rest), base);
  if (scheme.form === "service") return { engine: scheme.engine, location: text, derivedName: rest, file: null };
  return rest.startsWith("//")
    ? { engine: scheme.engine, location: text, derivedName: databaseName(rest), file: null }
    : null;
}

/** The passwords inside a URL, as written and decoded. */
export function passwordsIn(location: string): readonly string[] {
  const inAuthority = /^[a-z0-9+.-]+:\/\/[^:@/?#]*:(.+)@/is.exec(location)?.[1];
  const inQuery = /[?&](?:ssl)?password=([^&#]*)/i.exec(location)?.[1];
  const found = [inAuthority, inQuery].filter((password) => password !== undefined && password !== "");
  return found.flatMap((password) => (password === undefined ? [] : [password, decoded(password)]));
}

function fileLocation(path: string, base: LocationBase): TargetLocation {
  const file = absolutePath(path, base);
  const stem = basename(file, extname(file));
  return { engine: FILE_ENGINE, location: file, derivedName: stem === "" ? basename(file) : stem, file };
}

/** `sqlite:PATH` is taken literally; `file:` and `sqlite://` are URLs of other clients and may carry parameters. */
function filePath(scheme: string, rest: string): string {
  const isUrl = rest.startsWith("//");
  const path = isUrl ? rest.slice(2) : rest;
  return isUrl || scheme === "file" ? decoded(path.replace(/\?.*$/s, "")) : path;
}

/** The database of `//user:password@host/database?parameters`; like libpq, the user's name when none is given. */
function databaseName(rest: string): string {
  const [beforeQuery = "", query = ""] = splitAt(rest.slice(2), "?");
  const fromQuery = /(?:^|&)dbname=([^&#]*)/.exec(query)?.[1];
  const hostAt = beforeQuery.lastIndexOf("@");
  const [hosts, path] = splitAt(beforeQuery.slice(hostAt + 1), "/");
  const user = hostAt === -1 ? "" : (splitAt(beforeQuery.slice(0, hostAt), ":")[0] ?? "");
  const named = [fromQuery, path, user, hosts].find((candidate) => candidate !== undefined && candidate !== "");
  return decoded(named ?? "default");
}

function splitAt(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray `%` is taken as it stands; the driver's own parser reports it.
    return text;
  }
}
