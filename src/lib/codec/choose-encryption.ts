import { DbopsError } from "../core/errors.js";
import type { Encryption, Passphrase } from "./encrypt.js";
import { checkRecipients } from "./recipients.js";

export interface EncryptionWish {
  readonly encryptTo: readonly string[];
  readonly passphrase: Passphrase | null;
}

/** null when nothing asks for encryption. USAGE.INVALID for both kinds at once, a bad recipient or an empty passphrase. */
export async function chooseEncryption({ encryptTo, passphrase }: EncryptionWish): Promise<Encryption | null> {
  if (passphrase === null) {
    await checkRecipients(encryptTo);
    return encryptTo.length === 0 ? null : { kind: "recipients", recipients: encryptTo };
  }
  if (encryptTo.length > 0) {
    throw new DbopsError("USAGE.INVALID", {
      message: "a backup is encrypted to recipients or with a passphrase, not both",
      why: "the age format does not allow a passphrase beside recipients",
      hint: "leave out either --encrypt-to (backup.encryptTo) or the passphrase",
    });
  }
  if (passphrase.reveal() === "") {
    throw new DbopsError("USAGE.INVALID", {
      message: "the passphrase is empty",
      why: "an empty passphrase protects nothing",
      hint: "write the passphrase into the file, or use --encrypt-to with a recipient",
    });
  }
  return { kind: "passphrase", passphrase };
}
