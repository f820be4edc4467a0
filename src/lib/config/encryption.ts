import type { ConfigSources } from "./config-sources.js";
import { flag, type SecretReference } from "./leaves.js";
import type { Candidate, Sourced } from "./setting-reader.js";
import { SETTINGS } from "./settings.js";

/** Whom backups are encrypted to. At most one of both is set. */
export interface Encryption {
  readonly encryptTo: Sourced<readonly string[]> | null;
  readonly passphrase: Sourced<SecretReference> | null;
  /** Why a backup must not be taken with this: encryption was asked for and there is no key; null = all well. */
  readonly refusal: { readonly source: string; readonly text: string } | null;
}

const SWITCHES = ["BACKUP_ENCRYPTION", "BACKUP_ENCRYPTION_ENABLED"] as const;
const KEY = "BACKUP_ENCRYPTION_KEY";
const PRIVATE_KEY = /^AGE-SECRET-KEY-/i;

/** The strongest source that names recipients or a passphrase decides for both. */
export function readEncryption(target: string | null, sources: ConfigSources): Encryption {
  const recipients = sources.reader.candidates(SETTINGS.encryptTo, target);
  const passphrases = sources.reader.candidates(SETTINGS.passphrase, target);
  const [toRecipients, withPassphrase] = strongest(recipients[0], passphrases[0]);
  if (toRecipients !== undefined && withPassphrase !== undefined) {
    const text = "either encryptTo or passphrase, not both";
    sources.problems.add(withPassphrase.source, `${withPassphrase.label}${text}`);
  }
  const encryptTo = toRecipients === undefined ? null : sources.reader.parse(SETTINGS.encryptTo, toRecipients);
  const passphrase = withPassphrase === undefined ? null : sources.reader.parse(SETTINGS.passphrase, withPassphrase);
  const isOn = withPassphrase !== undefined || (encryptTo !== null && encryptTo.value.length > 0);
  return { encryptTo, passphrase, refusal: isOn ? null : refusal(sources) };
}

/** Contradictions between the application's own variables. */
export function checkEncryptionVariables({ variables, problems }: ConfigSources): void {
  const key = variables.get(KEY);
  const states = SWITCHES.map((name) => switchState(variables.get(name)?.value ?? null));
  for (const [index, name] of SWITCHES.entries()) {
    const variable = variables.get(name);
    if (variable === null) continue;
    if (states[index] === null) problems.add(variable.source, "expected true or false");
    if (states[index] === false && key !== null) {
      problems.add(variable.source, `is false, yet ${KEY} is set: unset one of them`);
    }
  }
  if (states.includes(true) && states.includes(false)) {
    problems.add(`env ${SWITCHES[0]}`, `contradicts ${SWITCHES[1]}`);
  }
  if (key !== null && PRIVATE_KEY.test(key.value)) {
    const way = "put it into a file that backup.identity names, and give its public age1… key here";
    problems.add(key.source, `is a private age key: ${way}`);
  }
}

function refusal({ variables }: ConfigSources): Encryption["refusal"] {
  for (const name of SWITCHES) {
    const variable = variables.get(name);
    if (variable === null || switchState(variable.value) !== true) continue;
    const text = `is on, yet there is no key: set backup.encryptTo, backup.passphrase or ${KEY}`;
    return { source: variable.source, text };
  }
  return null;
}

function switchState(text: string | null): boolean | null {
  if (text === null) return null;
  const reading = flag.read(text);
  return reading.isRight ? reading.value : null;
}

const STRENGTH = ["variable", "target", "file", "application", "default"] as const;

function strongest(
  recipients: Candidate | undefined,
  passphrase: Candidate | undefined,
): readonly [Candidate | undefined, Candidate | undefined] {
  const level = STRENGTH.find((one) => recipients?.level === one || passphrase?.level === one);
  return [recipients?.level === level ? recipients : undefined, passphrase?.level === level ? passphrase : undefined];
}
