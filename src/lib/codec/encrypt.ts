import type { Environment } from "../core/environment.js";
import { DbopsError } from "../core/errors.js";
import { type ChildRegistry, toolFailed } from "../system/child-registry.js";
import { findProgram } from "../system/programs.js";
import { openChildStage } from "./child-stage.js";
import { filterEnvironment } from "./filter-environment.js";
import { isSshRecipient } from "./recipients.js";
import type { Stage } from "./stage.js";
import { webStage } from "./web-stage.js";

/** A secret that does not show itself when printed. */
export interface Passphrase {
  reveal(): string;
}

/** To whom a file is encrypted: age knows either recipients or one passphrase. Made by chooseEncryption. */
export type Encryption =
  | { readonly kind: "recipients"; readonly recipients: readonly string[] }
  | { readonly kind: "passphrase"; readonly passphrase: Passphrase };

export interface EncryptorOptions {
  readonly children: ChildRegistry;
  readonly env: Environment;
}

/**
 * A stage that writes an age file. A passphrase always goes through the library, since the program takes one from a
 * terminal only. TOOL.MISSING when an SSH recipient needs the program.
 */
export async function openEncryptor(encryption: Encryption, options: EncryptorOptions): Promise<Stage> {
  if (encryption.kind === "passphrase") return await encryptWithLibrary(encryption);
  const program = await findProgram("age", options.env);
  if (program !== null) return await encryptWithProgram(program, encryption.recipients, options);
  if (!encryption.recipients.some(isSshRecipient)) return await encryptWithLibrary(encryption);
  throw new DbopsError("TOOL.MISSING", {
    message: "cannot encrypt to an SSH key",
    why: "that needs the age program, which is not on PATH",
    hint: "install the package age, or use a recipient that begins with age1",
  });
}

async function encryptWithProgram(
  program: string,
  recipients: readonly string[],
  { children, env }: EncryptorOptions,
): Promise<Stage> {
  const args = ["--encrypt", ...recipients.flatMap((recipient) => ["-r", recipient]), "-"];
  return await openChildStage(children, { command: program, args, env: filterEnvironment(env) }, (end) =>
    toolFailed(program, end),
  );
}

async function encryptWithLibrary(encryption: Encryption): Promise<Stage> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  if (encryption.kind === "passphrase") encrypter.setPassphrase(encryption.passphrase.reveal());
  else for (const recipient of encryption.recipients) encrypter.addRecipient(recipient);
  return webStage(
    (bytes) => encrypter.encrypt(bytes),
    (thrown) => thrown,
  );
}
