const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)([^\s]*)(@)/gi;
const KEYWORD_PASSWORD = /((?:password|passwd|pwd|sslpassword)\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]+)/gi;
const MASK = "***";
const SHORTEST_SECRET = 3;

/** Replaces every registered secret, and whatever looks like a password in a URL or key=value string, by `***`. */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Registers a secret with its percent-encoded form; very short ones are covered by the URL pattern alone. */
  add(secret: string): void {
    if (secret.length < SHORTEST_SECRET) return;
    this.#secrets.add(secret);
    this.#secrets.add(encodeURIComponent(secret));
    this.#secrets.add(JSON.stringify(secret).slice(1, -1));
  }

  redact(text: string): string {
    let clean = text;
    for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length)) {
      clean = clean.replaceAll(secret, MASK);
    }
    return redactPatterns(clean);
  }
}

/** Masks passwords in URLs and key=value strings without knowing them. */
export function redactPatterns(text: string): string {
  return text.replace(URL_PASSWORD, `$1${MASK}$3`).replace(KEYWORD_PASSWORD, `$1${MASK}`);
}
