import { DbopsError } from "../core/errors.js";

/** What the age program and the library say when no key fits. */
const NO_MATCH = /no identity matched/;

/** The meaning of a failed decryption, from the words of the program or the library. */
export function decryptionError(file: string, words: string, cause?: unknown): DbopsError {
  if (NO_MATCH.test(words)) {
    return new DbopsError("BACKUP.WRONG_KEY", {
      message: `the key given does not open ${file}`,
      why: "it was encrypted to others, or the header of the file is damaged",
      hint: "give the identity or passphrase that belongs to it: --identity FILE or --passphrase-file FILE",
      cause,
    });
  }
  return new DbopsError("BACKUP.DAMAGED", {
    message: `${file} cannot be decrypted to its end`,
    why: words === "" ? "decryption failed" : words,
    hint: "use another backup, or another copy of this file",
    cause,
  });
}

/** No key of the kind that the file asks for was given. */
export function keyMissing(file: string, stanzas: readonly string[]): DbopsError {
  const isPassphrase = stanzas.includes("scrypt");
  return new DbopsError("BACKUP.KEY_MISSING", {
    message: `${file} is encrypted ${isPassphrase ? "with a passphrase" : `to a key (${stanzas.join(", ")})`}`,
    why: isPassphrase ? "no passphrase was given" : "no identity file was given",
    hint: isPassphrase
      ? "give it with --passphrase-file FILE, or set backup.passphrase"
      : "give it with --identity FILE, or set backup.identity",
  });
}
