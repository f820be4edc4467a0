import pg from "pg";

/** A client of a server that stays connected until it is disposed of. */
export interface SqlClient extends AsyncDisposable {
  sql(text: string): Promise<void>;
  one(text: string): Promise<Record<string, unknown>>;
}

export async function openClient(url: string): Promise<SqlClient> {
  const { hostname: host, port, username: user, password, pathname } = new URL(url);
  const database = decodeURIComponent(pathname.slice(1));
  const client = new pg.Client({ host, port: Number(port), user, password: decodeURIComponent(password), database });
  client.on("error", () => undefined);
  await client.connect();
  return {
    sql: async (text) => void (await client.query(text)),
    one: async (text) => (await client.query(text)).rows[0],
    [Symbol.asyncDispose]: () => client.end(),
  };
}
