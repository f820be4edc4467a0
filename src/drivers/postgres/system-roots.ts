import { constants } from "node:fs";
import { access } from "node:fs/promises";
import type { Environment } from "../../lib/core/environment.js";

/** Debian and Alpine, Red Hat, SUSE, macOS and the BSDs, Homebrew. */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
  "/opt/homebrew/etc/openssl@3/cert.pem",
  "/usr/local/etc/openssl@3/cert.pem",
];

/**
 * The file of the certificates that this system trusts, OpenSSL's own variable first; null when it is not known. Given by
 * its path it means the same to Node, which brings a list of its own, and to programs older than PostgreSQL 16, which do
 * not know the word `system`.
 */
export async function systemRoots(env: Environment): Promise<string | null> {
  for (const path of env.SSL_CERT_FILE === undefined ? BUNDLES : [env.SSL_CERT_FILE]) {
    const isReadable = await access(path, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (isReadable) return path;
  }
  return null;
}
