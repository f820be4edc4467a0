import { DbopsError } from "../core/errors.js";
import type { ByteSource } from "./read-bytes.js";
import { contentOfName } from "./sniff-name.js";

/** A file of a folder or archive. */
export interface ArchiveMember {
  /** Its path within, with `/`. */
  readonly name: string;
  /** As it is stored: a file within may itself be compressed. */
  readonly source: ByteSource;
}

const MOST_ENTRIES = 10_000;

/** Looks at each entry of an archive as it is listed: what could reach outside, hide or multiply is USAGE.INVALID. */
export class EntryGuard {
  readonly #place: string;
  readonly #names = new Set<string>();

  constructor(place: string) {
    this.#place = place;
  }

  /** Accepts a plain file or folder under that name. */
  check(name: string): void {
    if (this.#names.size === MOST_ENTRIES) {
      throw new DbopsError("USAGE.INVALID", {
        message: `${this.#place} has more than ${MOST_ENTRIES} entries`,
        hint: "if you trust it, unpack it and import the folder",
      });
    }
    if (name === "" || name.includes("\0")) throw this.refuse(name, "its name is no name of a file");
    if (/^(?:[/\\]|[A-Za-z]:)/.test(name)) throw this.refuse(name, "its name is an absolute path");
    if (name.split(/[/\\]/).includes("..")) throw this.refuse(name, "its name leads out of the archive");
    if (this.#names.has(name)) throw this.refuse(name, "an entry of that name is there twice");
    if (contentOfName(name).archive !== null) throw this.refuse(name, "it is an archive within the archive");
    this.#names.add(name);
  }

  refuse(name: string, why: string): DbopsError {
    return new DbopsError("USAGE.INVALID", {
      message: `${this.#place} is refused because of its entry ${JSON.stringify(name)}`,
      why,
      hint: "if you trust the archive, unpack it and import the folder",
    });
  }
}

/** The words for a member in messages. */
export function memberPlace(archive: string, name: string): string {
  return `${archive}: ${name}`;
}

/** A name from before Unicode, or a damaged one, still needs to be something. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}
