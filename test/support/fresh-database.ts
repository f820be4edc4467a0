import { randomBytes } from "node:crypto";
import pg from "pg";

export interface FreshDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Runs statements in it as the superuser; the rows of the last one. */
  sql(text: string, parameters?: unknown[]): Promise<Record<string, unknown>[]>;
}

/** An empty database of its own for one test, dropped with its sessions on disposal. */
export async function freshDatabase(
  superuserUrl: string,
  name = `t_${randomBytes(5).toString("hex")}`,
): Promise<FreshDatabase> {
  await onServer(superuserUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0`);
  const url = new URL(superuserUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return {
    name,
    url: url.href,
    sql: (text, parameters) => onServer(url.href, text, parameters),
    [Symbol.asyncDispose]: async () => {
      await onServer(superuserUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
    },
  };
}

export interface Session extends AsyncDisposable {
  /** The rows of the last statement. */
  sql(text: string, parameters?: unknown[]): Promise<Record<string, unknown>[]>;
  /** The one row that it must give. */
  one(text: string): Promise<Record<string, unknown>>;
}

/** Runs SQL over a connection of its own. */
export async function onServer(url: string, text: string, parameters?: unknown[]): Promise<Record<string, unknown>[]> {
  await using session = await openSession(url);
  return await session.sql(text, parameters);
}

/** One connection for many questions: whoever asks until something holds would else start a server process for each. */
export async function openSession(url: string): Promise<Session> {
  const { hostname: host, port, username: user, password, pathname } = new URL(url);
  const database = decodeURIComponent(pathname.slice(1));
  const client = new pg.Client({ host, port: Number(port), user, password: decodeURIComponent(password), database });
  client.on("error", () => undefined);
  await client.connect();
  const sql = async (text: string, parameters?: unknown[]): Promise<Record<string, unknown>[]> => {
    const result = await client.query(text, parameters);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return last?.rows ?? [];
  };
  return {
    sql,
    one: async (text) => {
      const [row] = await sql(text);
      if (row === undefined) throw new Error(`no row from ${text}`);
      return row;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
