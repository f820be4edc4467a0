import { createHash } from "node:crypto";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConnInfo, ServerAddress } from "./conn-info.js";

/**
 * The password for a server: the given one, else the passfile's first line that fits, else null. Like libpq, a file that
 * others may read does not count (https://www.postgresql.org/docs/current/libpq-pgpass.html).
 */
export async function passwordFor(conn: ConnInfo, server: ServerAddress): Promise<string | null> {
  if (conn.password !== null) return conn.password;
  if (conn.passFile === null || !(await isPrivateFile(conn.passFile))) return null;
  const host = server.host.startsWith("/") ? "localhost" : server.host;
  const wanted = [host, String(server.port), conn.database, conn.user];
  for (const line of (await readFile(conn.passFile, "utf8")).split(/\r?\n/)) {
    const fields = splitLine(line);
    const fits = wanted.every((value, index) => fields[index] === "*" || fields[index] === value);
    if (!line.startsWith("#") && fields.length >= 5 && (fits || isSocketLine(fields, server, wanted)))
      return fields[4] ?? null;
  }
  return null;
}

/** Writes the one line that a child program needs to a 0600 file in `folder`; null when no password is known. */
export async function writePassFile(conn: ConnInfo, server: ServerAddress, folder: string): Promise<string | null> {
  const password = await passwordFor(conn, server);
  if (password === null) return null;
  const key = createHash("sha256").update(`${server.host}:${server.port}:${conn.user}`).digest("hex").slice(0, 12);
  const path = join(folder, `pgpass-${key}`);
  const escaped = password.replaceAll(/[\\:]/g, "\\$&");
  await writeFile(path, `*:*:*:*:${escaped}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return path;
}

function isSocketLine(fields: readonly string[], server: ServerAddress, wanted: readonly string[]): boolean {
  const rest = wanted.slice(1).every((value, index) => fields[index + 1] === "*" || fields[index + 1] === value);
  return fields[0] === server.host && rest;
}

function splitLine(line: string): readonly string[] {
  const fields: string[] = [""];
  for (const [, escaped, plain] of line.matchAll(/\\(.)|([^\\])/gsu)) {
    if (escaped === undefined && plain === ":" && fields.length < 5) fields.push("");
    else fields.push(`${fields.pop() ?? ""}${escaped ?? plain ?? ""}`);
  }
  return fields;
}

async function isPrivateFile(path: string): Promise<boolean> {
  try {
    const { mode } = await stat(path);
    return (mode & 0o077) === 0;
  } catch {
    return false;
  }
}
