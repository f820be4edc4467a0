import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Environment } from "../core/environment.js";
import { DbopsError, messageOf } from "../core/errors.js";
import { heldPromise } from "../core/held-promise.js";
import { type ChildEnd, type ChildRegistry, toolFailed } from "../system/child-registry.js";
import { findProgram } from "../system/programs.js";
import { type AgeHeader, parseAgeHeader } from "./age-header.js";
import { openChildStage } from "./child-stage.js";
import type { DamagePlace } from "./damage-place.js";
import { decryptionError, keyMissing } from "./decrypt-errors.js";
import type { Passphrase } from "./encrypt.js";
import { filterEnvironment } from "./filter-environment.js";
import { type Identity, readIdentity } from "./identity.js";
import { connect } from "./pipeline.js";
import type { Stage } from "./stage.js";
import { webStage } from "./web-stage.js";

const BUFFER_BYTES = 256 * 1024;
const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const NONCE_BYTES = 16;
/** Room for some hundred recipients. */
const LONGEST_HEADER_BYTES = 64 * 1024;

/** What may open a file; its header says which of them it needs. */
export interface Keys {
  /** An age identity file or SSH private key. */
  readonly identity: string | null;
  readonly passphrase: Passphrase | null;
}

export interface DecryptorOptions {
  readonly children: ChildRegistry;
  readonly env: Environment;
  /** The file's name, for messages. */
  readonly file: string;
}

export interface Decryptor extends Stage {
  /** Where it has failed, once it has ended; null before its header was read. */
  readonly brokenAt: () => DamagePlace | null;
}

/** A stage that reads an age file. BACKUP.KEY_MISSING, BACKUP.WRONG_KEY, BACKUP.DAMAGED, CONFIG.SECRET, TOOL.MISSING. */
export function openDecryptor(keys: Keys, options: DecryptorOptions): Decryptor {
  const input = new PassThrough({ highWaterMark: BUFFER_BYTES });
  const output = new PassThrough({ highWaterMark: BUFFER_BYTES });
  let brokenAt = (): DamagePlace | null => null;
  const onOpen = (header: AgeHeader, { isPipe, outputBytes }: Stage): void => {
    brokenAt = () => chunkAt(header, { outputBytes: outputBytes?.() ?? 0, isExact: isPipe === true });
  };
  const ended = heldPromise(decrypt(input, output, { keys, ...options, onOpen }));
  return { input, output, ended, brokenAt: () => brokenAt() };
}

interface Job extends DecryptorOptions {
  readonly keys: Keys;
  readonly onOpen: (header: AgeHeader, stage: Stage) => void;
}

/**
 * The chunk after those that came out, by their size (https://age-encryption.org/v1): before the first one it may as well be the
 * header. The program writes every chunk that opens; of the library's last ones some are lost with its error.
 */
function chunkAt(header: AgeHeader, { outputBytes, isExact }: { outputBytes: number; isExact: boolean }): DamagePlace {
  const start = header.bytes + NONCE_BYTES + Math.floor(outputBytes / CHUNK_BYTES) * (CHUNK_BYTES + TAG_BYTES);
  const fromByte = outputBytes < CHUNK_BYTES ? 0 : start;
  return { of: "file", fromByte, toByte: isExact ? start + CHUNK_BYTES + TAG_BYTES - 1 : null };
}

async function decrypt(input: PassThrough, output: PassThrough, job: Job): Promise<void> {
  try {
    const header = await peekHeader(input, job.file);
    const stage = await openFor(header, job);
    job.onOpen(header, stage);
    const chain = connect(input, [stage], new AbortController().signal);
    await Promise.all([chain.ended, pipeline(chain.output, output)]);
  } catch (error) {
    output.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** Reads as far as the header goes and puts it back. */
async function peekHeader(input: Readable, file: string): Promise<AgeHeader> {
  let head = Buffer.alloc(0);
  for await (const chunk of input.iterator({ destroyOnReturn: false })) {
    head = Buffer.concat([head, chunk]);
    const header = parseAgeHeader(head);
    if (header !== null) {
      input.unshift(head);
      return header;
    }
    if (head.length > LONGEST_HEADER_BYTES) break;
  }
  throw decryptionError(file, head.length === 0 ? "it is empty" : "it does not begin with a whole age header");
}

async function openFor({ stanzas }: AgeHeader, job: Job): Promise<Stage> {
  const { keys, file, env } = job;
  if (stanzas.includes("scrypt")) {
    if (keys.passphrase === null) throw keyMissing(file, stanzas);
    return await openLibrary({ passphrase: keys.passphrase }, file);
  }
  if (keys.identity === null) throw keyMissing(file, stanzas);
  const identity = await readIdentity(keys.identity);
  const program = identity.isRegular ? await findProgram("age", env) : null;
  if (program !== null) return await openProgram(program, identity, job);
  if (identity.keys.length > 0) return await openLibrary({ identity }, file);
  throw new DbopsError("TOOL.MISSING", {
    message: `cannot open ${file} with ${identity.path}`,
    why: "keys that are not age's own need the age program and a regular file",
    hint: "install the package age",
  });
}

async function openProgram(program: string, { path }: Identity, { children, env, file }: Job): Promise<Stage> {
  const spec = { command: program, args: ["--decrypt", "-i", path, "-"], env: filterEnvironment(env) };
  return await openChildStage(children, spec, (end) => programFailure(program, file, end));
}

function programFailure(program: string, file: string, end: ChildEnd): DbopsError {
  if (end.code !== 1) return toolFailed(program, end);
  const words = /error: (.*)/.exec(end.stderr)?.[1] ?? end.stderr.trim();
  if (!/passphrase/.test(words)) return decryptionError(file, words);
  return new DbopsError("CONFIG.SECRET", {
    message: "the identity file cannot be used",
    why: `it is protected by a passphrase, and nobody may be there to type it (${words})`,
    hint: "use a key without a passphrase, in a file that only you may read",
  });
}

async function openLibrary(
  key: { readonly passphrase: Passphrase } | { readonly identity: Identity },
  file: string,
): Promise<Stage> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  if ("passphrase" in key) decrypter.addPassphrase(key.passphrase.reveal());
  else for (const secret of key.identity.keys) decrypter.addIdentity(secret);
  return webStage(
    (bytes) => decrypter.decrypt(bytes),
    (thrown) => decryptionError(file, messageOf(thrown), thrown),
  );
}
