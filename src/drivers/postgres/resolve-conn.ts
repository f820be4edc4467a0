import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Environment } from "../../lib/core/environment.js";
import { DbopsError } from "../../lib/core/errors.js";
import { didYouMean } from "../../lib/core/suggestion.js";
import type { ConnInfo, ServerAddress, SessionAttributes, SslMode } from "./conn-info.js";
import { KEYWORDS, type KeywordUse, VARIABLES } from "./conn-keywords.js";
import { type ConnWords, parseUrlWords } from "./conn-url.js";
import { readService } from "./service-file.js";
import { systemRoots } from "./system-roots.js";

const SERVICE = "service:";
const SOCKET_DIRS = ["/var/run/postgresql", "/tmp"];
const SSL_MODES = [
  "disable",
  "allow",
  "prefer",
  "require",
  "verify-ca",
  "verify-full",
] as const satisfies readonly SslMode[];
const SESSION_ATTRIBUTES = [
  "any",
  "read-write",
  "read-only",
  "primary",
  "standby",
  "prefer-standby",
] as const satisfies readonly SessionAttributes[];

/** Gives a URL or `service:NAME` libpq's meaning: what it says, then the service, then PG* variables, then defaults. USAGE.INVALID. */
export async function resolveConn(location: string, env: Environment): Promise<ConnInfo> {
  const written = location.startsWith(SERVICE) ? { service: location.slice(SERVICE.length) } : parseUrlWords(location);
  const serviceName = written.service ?? env.PGSERVICE;
  const service = serviceName === undefined ? {} : await readService(serviceName, env);
  const notices: string[] = [];
  const words = { ...fromEnvironment(env), ...checked(service, notices), ...checked(written, notices) };
  return await connFrom(words, { env, notices });
}

function fromEnvironment(env: Environment): ConnWords {
  const words: Record<string, string> = {};
  for (const [variable, keyword] of Object.entries(VARIABLES)) {
    const value = env[variable];
    if (value !== undefined && value !== "") words[keyword] = value;
  }
  return words;
}

function checked(words: ConnWords, notices: string[]): ConnWords {
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(words)) {
    const use = useOf(key);
    if (use === "own" || use === "libpq") kept[key] = value;
    else if (use === "foreign") notices.push(`the URL parameter ${key} is another client's and was left out`);
    else {
      const nearest = didYouMean(key, Object.keys(KEYWORDS));
      if (nearest !== null) throw invalid(`"${key}" is not a connection parameter`, `did you mean "${nearest}"?`);
      notices.push(`the URL parameter ${key} is unknown to PostgreSQL and was left out`);
    }
  }
  return kept;
}

function useOf(key: string): KeywordUse | undefined {
  const table: Readonly<Record<string, KeywordUse>> = KEYWORDS;
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

async function connFrom(words: ConnWords, from: { env: Environment; notices: readonly string[] }): Promise<ConnInfo> {
  const { env, notices } = from;
  const user = words.user ?? userInfo().username;
  const seconds = Number(words.connect_timeout ?? "0");
  return {
    servers: await serversOf(words),
    user,
    password: words.password ?? null,
    passFile: words.passfile ?? (env.HOME === undefined ? null : join(env.HOME, ".pgpass")),
    database: words.dbname ?? user,
    ...(await verification(words, env)),
    sslCert: words.sslcert ?? (await defaultFile(env, "postgresql.crt")),
    sslKey: words.sslkey ?? (await defaultFile(env, "postgresql.key")),
    sessionAttributes: oneOf("target_session_attrs", SESSION_ATTRIBUTES, words.target_session_attrs ?? "any"),
    options: words.options ?? null,
    connectTimeoutMs: seconds > 0 ? seconds * 1000 : null,
    extra: Object.fromEntries(Object.entries(words).filter(([key]) => useOf(key) === "libpq")),
    notices,
  };
}

/** The system's roots are only worth something when the name is checked too: libpq takes no weaker mode with them. */
async function verification(words: ConnWords, env: Environment): Promise<Pick<ConnInfo, "sslMode" | "sslRootCert">> {
  const isSystem = words.sslrootcert === "system";
  const usual = isSystem ? "verify-full" : words.ssl === "true" ? "require" : "prefer";
  const sslMode = oneOf("sslmode", SSL_MODES, words.sslmode ?? usual);
  if (!isSystem) return { sslMode, sslRootCert: words.sslrootcert ?? (await defaultFile(env, "root.crt")) };
  if (sslMode !== "verify-full") {
    throw invalid(`sslrootcert=system checks the server's name, and sslmode=${sslMode} does not`, "use verify-full");
  }
  return { sslMode, sslRootCert: (await systemRoots(env)) ?? "system" };
}

async function serversOf(words: ConnWords): Promise<readonly ServerAddress[]> {
  const hosts = (words.hostaddr ?? words.host ?? "").split(",");
  const ports = (words.port ?? "").split(",");
  if (ports.length > 1 && ports.length !== hosts.length) {
    throw invalid(`${ports.length} ports are given for ${hosts.length} hosts`, "give one port, or one for each host");
  }
  const fallback = hosts.includes("") ? await defaultSocketDir() : "";
  return hosts.map((host, index) => {
    const port = Number((ports.length === 1 ? ports[0] : ports[index]) || "5432");
    if (!(port > 0 && port < 65_536)) throw invalid(`${port} is not a port`, "a port is a number from 1 to 65535");
    return { host: host === "" ? fallback : host, port };
  });
}

/** libpq has its folder compiled in; Debian and Red Hat use the first, others the second. */
async function defaultSocketDir(): Promise<string> {
  for (const folder of SOCKET_DIRS) {
    if (await isReadable(folder)) return folder;
  }
  return "localhost";
}

async function defaultFile(env: Environment, name: string): Promise<string | null> {
  if (env.HOME === undefined) return null;
  const path = join(env.HOME, ".postgresql", name);
  return (await isReadable(path)) ? path : null;
}

async function isReadable(path: string): Promise<boolean> {
  return await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}

function oneOf<T extends string>(keyword: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw invalid(`"${value}" is not a value of ${keyword}`, `it is one of ${allowed.join(", ")}`);
  return found;
}

function invalid(why: string, hint: string): DbopsError {
  return new DbopsError("USAGE.INVALID", { message: "the connection to PostgreSQL is not described well", why, hint });
}
