/** Text as a database holds it: SQLite keeps whatever bytes it was given, in the encoding that the file was made with. */
export class DatabaseText {
  /** In the words of TextDecoder. */
  readonly encoding: string;
  readonly #strict: InstanceType<typeof TextDecoder>;
  readonly #lossy: InstanceType<typeof TextDecoder>;

  /** As `PRAGMA encoding` says it. */
  constructor(encoding: string) {
    this.encoding = encoding.toLowerCase();
    this.#strict = new TextDecoder(this.encoding, { fatal: true, ignoreBOM: true });
    this.#lossy = new TextDecoder(this.encoding, { ignoreBOM: true });
  }

  get isUtf8(): boolean {
    return this.encoding === "utf-8";
  }

  /** The same text in UTF-8; null when it is not valid. */
  toUtf8(bytes: Uint8Array): Uint8Array | null {
    try {
      return this.isUtf8 ? bytes : Buffer.from(this.#strict.decode(bytes));
    } catch (error) {
      if (error instanceof TypeError) return null;
      throw error;
    }
  }

  /** In UTF-8, with U+FFFD for what is not valid. */
  toLossyUtf8(bytes: Uint8Array): Uint8Array {
    return Buffer.from(this.#lossy.decode(bytes));
  }

  /** The bytes that the database would hold for a text in UTF-8. */
  fromUtf8(bytes: Uint8Array): Uint8Array {
    if (this.isUtf8) return bytes;
    const littleEndian = Buffer.from(Buffer.from(bytes).toString("utf8"), "utf16le");
    return this.encoding === "utf-16le" ? littleEndian : littleEndian.swap16();
  }
}
