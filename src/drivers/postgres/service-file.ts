import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "../../lib/core/environment.js";
import { DbopsError } from "../../lib/core/errors.js";
import { didYouMean } from "../../lib/core/suggestion.js";
import type { ConnWords } from "./conn-url.js";

/** The keywords of a service in PGSERVICEFILE, ~/.pg_service.conf or PGSYSCONFDIR/pg_service.conf. USAGE.INVALID. */
export async function readService(name: string, env: Environment): Promise<ConnWords> {
  const files = serviceFiles(env);
  const known: string[] = [];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    const services = parseServices(text);
    const found = services.get(name);
    if (found !== undefined) return found;
    known.push(...services.keys());
  }
  const nearest = didYouMean(name, known);
  throw new DbopsError("USAGE.INVALID", {
    message: `the service "${name}" is not defined`,
    why: `looked in ${files.join(", ")}`,
    hint:
      nearest === null ? "define it there as [name] with host=, port=, dbname=, user=" : `did you mean "${nearest}"?`,
  });
}

function serviceFiles(env: Environment): readonly string[] {
  const own = env.PGSERVICEFILE ?? (env.HOME === undefined ? null : join(env.HOME, ".pg_service.conf"));
  return [own, join(env.PGSYSCONFDIR ?? "/etc/postgresql-common", "pg_service.conf")].filter((file) => file !== null);
}

function parseServices(text: string): ReadonlyMap<string, ConnWords> {
  const services = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const line of text.split(/\r?\n/).map((raw) => raw.trim())) {
    const header = /^\[(.*)\]$/.exec(line);
    if (header !== null) {
      current = services.get(header[1] ?? "") ?? {};
      services.set(header[1] ?? "", current);
      continue;
    }
    const equals = line.indexOf("=");
    if (line.startsWith("#") || equals < 1) continue;
    current[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
  }
  return services;
}
