import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Files of a certificate authority that nobody knows. */
export interface Authority {
  readonly cert: string;
  readonly key: string;
}

export async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${name}`];
  await run("openssl", [...words, "-keyout", key, "-out", cert]);
  return { cert, key };
}

/** A certificate for one host name, signed by the authority, as `NAME.crt` and `NAME.key`. */
export async function signCertificate(
  folder: string,
  authority: Authority,
  { name, host }: { readonly name: string; readonly host: string },
): Promise<{ cert: string; key: string }> {
  const [cert, key, request, names] = ["crt", "key", "csr", "ext"].map((ending) => join(folder, `${name}.${ending}`));
  const made = { cert: cert ?? "", key: key ?? "", request: request ?? "", names: names ?? "" };
  await writeFile(made.names, `subjectAltName=DNS:${host}\n`);
  const words = ["req", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=${host}`];
  await run("openssl", [...words, "-keyout", made.key, "-out", made.request]);
  const sign = ["x509", "-req", "-days", "2", "-CA", authority.cert, "-CAkey", authority.key, "-CAcreateserial"];
  await run("openssl", [...sign, "-in", made.request, "-extfile", made.names, "-out", made.cert]);
  return { cert: made.cert, key: made.key };
}
