import type { Session } from "../session.js";

/** The types that a server has, by every name that they are known by. */
export class NativeTypes {
  /** As they are written with an empty search path. */
  readonly #names: ReadonlyMap<string, string>;

  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  /** Types of `home` are known without its name too. */
  static async read(session: Session, home: string): Promise<NativeTypes> {
    const rows = await session.query<{ full: string; name: string; schema: string; visible: boolean }>(
      `SELECT CASE WHEN n.nspname = 'pg_catalog' THEN format_type(t.oid, NULL) ELSE format('%I.%I', n.nspname, t.typname) END AS full,
              t.typname AS name, n.nspname AS schema, n.nspname IN ('pg_catalog', $1) AS visible
         FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typisdefined AND t.typtype <> 'p' AND t.typcategory <> 'A' AND coalesce(c.relkind = 'c', true)
        ORDER BY visible, n.nspname = 'pg_catalog'`,
      [home],
    );
    const names = new Map<string, string>();
    for (const { full, name, schema, visible } of rows) {
      for (const known of [full, `${schema}.${name}`, ...(visible ? [name] : [])]) names.set(known, full);
    }
    return new NativeTypes(names);
  }

  /** A type's name with its modifiers as this server can be told it; null when it has no such type. */
  find(name: string): string | null {
    const [, base = "", dimensions = ""] = /^(.*?)((?:\[\d*\])*)$/s.exec(name.trim()) ?? [];
    const bare = base.replace(/\s*\([^()]*\)/, "").replace(/^interval\b.*$/, "interval");
    const full = this.#names.get(bare);
    if (full === undefined) return null;
    return full === bare ? name.trim() : `${full}${base.slice(bare.length)}${dimensions}`;
  }
}
