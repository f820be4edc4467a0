import type { FieldValue } from "../../lib/core/field-value.js";
import { type CopyColumn, copyLine, type Unspellable } from "./copy-encode.js";
import { CopyIn } from "./copy-in.js";
import { quoteIdent } from "./quote-ident.js";
import type { Session } from "./session.js";

const PIECE_CHARS = 64 * 1024;

/** A running COPY of records into a relation. */
export class CopyLines {
  readonly #copy: CopyIn;
  readonly #columns: readonly CopyColumn[];
  #lines = "";
  /** Rows put in; rejects with the server's error. */
  readonly done: Promise<number>;

  /** `relation` is quoted; `names` are its columns, those of `columns` by default. */
  constructor(
    session: Session,
    {
      relation,
      columns,
      names,
    }: { readonly relation: string; readonly columns: readonly CopyColumn[]; readonly names?: readonly string[] },
  ) {
    const list = names ?? columns.map(({ name }) => name);
    this.#columns = columns;
    this.#copy = new CopyIn(`COPY ${relation} (${list.map(quoteIdent).join(", ")}) FROM STDIN`);
    this.done = session.submit(this.#copy, `load into ${relation}`);
    this.done.catch(() => undefined);
  }

  get isOver(): boolean {
    return this.#copy.isOver;
  }

  /** null, or why this record cannot be sent; then nothing of it was. `prefix` begins its line. */
  async add(row: readonly FieldValue[], prefix = ""): Promise<Unspellable | null> {
    const line = copyLine(row, this.#columns);
    if (typeof line !== "string") return line;
    this.#lines += prefix + line;
    if (this.#lines.length >= PIECE_CHARS) await this.#flush();
    return null;
  }

  async end(): Promise<number> {
    await this.#flush();
    await this.#copy.end();
    return await this.done;
  }

  async #flush(): Promise<void> {
    if (this.#lines === "") return;
    const data = Buffer.from(this.#lines);
    this.#lines = "";
    await this.#copy.write(data);
  }
}
