import { DbopsError, messageOf } from "../core/errors.js";

const SSH_RECIPIENT = /^ssh-(ed25519|rsa) [A-Za-z0-9+/]+={0,3}( .*)?$/;

/** USAGE.INVALID unless every recipient is an age public key (`age1…`) or an SSH public key. Their syntax only: anyone's key will do. */
export async function checkRecipients(recipients: readonly string[]): Promise<void> {
  for (const recipient of recipients) await checkRecipient(recipient);
}

/** True for a public key of OpenSSH, which only the age program can encrypt to. */
export function isSshRecipient(recipient: string): boolean {
  return recipient.startsWith("ssh-");
}

async function checkRecipient(recipient: string): Promise<void> {
  if (/^AGE-SECRET-KEY-/i.test(recipient)) {
    throw invalid("the recipient given is a secret key", "whoever encrypts needs the public key alone");
  }
  if (isSshRecipient(recipient)) {
    if (SSH_RECIPIENT.test(recipient)) return;
    throw invalid(`"${recipient}" is not a recipient`, "it begins like an SSH public key and is not a whole one");
  }
  await checkNative(recipient);
}

async function checkNative(recipient: string): Promise<void> {
  // Keys of plugins and of newer kinds have a name after age1 and another `1`; the stock program may not know them.
  if (!/^age1[02-9a-z]+$/.test(recipient)) {
    throw invalid(`"${recipient}" is not a recipient`, "a recipient begins with age1, or is an SSH public key");
  }
  const { Encrypter } = await import("age-encryption");
  try {
    new Encrypter().addRecipient(recipient);
  } catch (error) {
    throw invalid(`"${recipient}" is not a recipient`, `it is mistyped or cut: ${messageOf(error)}`);
  }
}

function invalid(message: string, why: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message,
    why,
    hint: "`age-keygen -y key.txt` prints the recipient that belongs to an identity file",
  });
}
