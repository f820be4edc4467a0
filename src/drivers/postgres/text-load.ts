import type { TextDialect, TextLoad } from "../load-model.js";
import { CopyIn } from "./copy-in.js";
import type { LoadTarget } from "./load-target.js";
import { quoteIdent } from "./quote-ident.js";
import { quoteLiteral } from "./quote-literal.js";
import { recordFault } from "./record-fault.js";
import type { Session } from "./session.js";

/** One COPY of a file's own text: nothing is taken apart here. */
export class CsvLoad implements TextLoad {
  readonly #copy: CopyIn;
  readonly #done: Promise<number>;
  readonly #relation: string;

  constructor(
    session: Session,
    target: LoadTarget,
    { quoted, dialect }: { readonly quoted: string; readonly dialect: TextDialect },
  ) {
    const list = target.columns.map(({ name }) => quoteIdent(name)).join(", ");
    this.#copy = new CopyIn(`COPY ${quoted} (${list}) FROM STDIN (${copyOptions(dialect)})`);
    this.#relation = target.name;
    this.#done = session.submit(this.#copy, `load into ${quoted}`);
    this.#done.catch(() => undefined);
  }

  async add(bytes: Uint8Array): Promise<void> {
    await this.#copy.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  async end(): Promise<number | null> {
    await this.#copy.end();
    try {
      return await this.#done;
    } catch (error) {
      if (recordFault(error, this.#relation) === null) throw error;
      return null;
    }
  }
}

/** Whether COPY can be told of such a spelling: characters of one byte, and a NULL that is no part of the syntax. */
export function isCopyDialect({ delimiter, quote, nullText }: TextDialect): boolean {
  const isByte = (text: string): boolean => /^[\t\x20-\x7e]$/.test(text);
  const isNullPlain = nullText === null || !/[\r\n\\]/.test(nullText + delimiter + quote);
  const isNullApart = nullText === null || !(nullText.includes(delimiter) || nullText.includes(quote));
  return isByte(delimiter) && isByte(quote) && delimiter !== quote && isNullPlain && isNullApart;
}

function copyOptions({ delimiter, quote, nullText, hasHeader }: TextDialect): string {
  const [d, q, n] = [delimiter, quote, nullText ?? ""].map(quoteLiteral);
  return `FORMAT csv, HEADER ${hasHeader}, DELIMITER ${d}, QUOTE ${q}, ESCAPE ${q}, NULL ${n}`;
}
