import type { Session } from "../session.js";

const MAKES = /^CREATE EXTENSION IF NOT EXISTS ("(?:[^"]|"")*"|[^\s"]+) .*$/gm;

/** The extensions that a database has, and what a definition from home needs of them. */
export class OwnExtensions {
  readonly #names: ReadonlySet<string>;

  constructor(names: ReadonlySet<string>) {
    this.#names = names;
  }

  static async read(session: Session): Promise<OwnExtensions> {
    const rows = await session.query<{ name: string }>("SELECT quote_ident(extname) AS name FROM pg_extension");
    return new OwnExtensions(new Set(rows.map(({ name }) => name)));
  }

  /** Why the definition cannot be run, and what would have to be done first; null when nothing is missing. */
  lackedBy(definition: string): string | null {
    const missing = [...definition.matchAll(MAKES)].filter(([, name = ""]) => !this.#names.has(name));
    if (missing.length === 0) return null;
    const names = missing.map(([, name]) => name).join(", ");
    const statements = missing.map(([statement]) => statement.replace(" IF NOT EXISTS", "")).join(" ");
    return `it needs what the target database does not have, ${names}: run ${statements} there first`;
  }
}
