import { constants } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DbopsError } from "../../lib/core/errors.js";
import { formatBytes } from "../../lib/core/units.js";
import { freeBytes } from "../../lib/system/disk-space.js";
import type { DriverContext, HeldLock, Identity, LockOptions, TargetAddress } from "../driver.js";
import type {
  CurrentState,
  KeptPrevious,
  LoadedCopy,
  LoadOptions,
  PreflightLine,
  Restorer,
  RestoreSource,
  SwapOptions,
} from "../restore-model.js";
import { currentState } from "./current-state.js";
import { loadingPrefix, mayGiveTo, OWNER_HINT, ownerOf } from "./file-owner.js";
import { holdersOf } from "./holders.js";
import { identityOf } from "./identity.js";
import { keptFiles, removeKept } from "./kept-files.js";
import { requireLoadable } from "./loadable.js";
import { loadBeside } from "./loaded-file.js";
import { isPermitted, resolvePath } from "./locate.js";
import { lockDatabase } from "./lock.js";
import { recoverSwap, swapIn } from "./swap.js";
import { exists } from "./swap-intent.js";

/** Restores into a file: the new one is made beside it and takes its place in one rename. */
export class SqliteRestorer implements Restorer {
  readonly label: string;
  readonly identity: Identity;
  readonly #path: string;
  readonly #context: DriverContext;

  private constructor(path: string, address: TargetAddress, context: DriverContext) {
    this.label = path;
    this.identity = identityOf(path, address);
    this.#path = path;
    this.#context = context;
  }

  static async open(address: TargetAddress, context: DriverContext): Promise<SqliteRestorer> {
    const path = await resolvePath(address.location);
    const folder = dirname(path);
    if (!(await exists(folder))) {
      throw new DbopsError("CONNECT.FILE_MISSING", {
        message: `there is no folder ${folder} to restore into`,
        hint: `make it first: mkdir -p ${folder}`,
      });
    }
    if ((await exists(path)) && !(await stat(path)).isFile()) {
      throw new DbopsError("CONNECT.NOT_A_DATABASE", { message: `${path} is a folder or a device, not a file` });
    }
    return new SqliteRestorer(path, address, context);
  }

  async current(): Promise<CurrentState | null> {
    return (await exists(this.#path)) ? await currentState(this.#path, this.#context) : null;
  }

  async preflight(source: RestoreSource, options: LoadOptions): Promise<readonly PreflightLine[]> {
    requireLoadable(source);
    return [
      await this.#folderLine(),
      await this.#diskLine(source),
      await this.#ownerLine(options),
      await this.#usersLine(options),
    ];
  }

  async load(source: RestoreSource, options: LoadOptions): Promise<LoadedCopy> {
    return await loadBeside(this.#path, source, options, this.#context);
  }

  async lock(options: LockOptions): Promise<HeldLock> {
    return await lockDatabase(this.#path, options, this.#context);
  }

  async previous(): Promise<readonly KeptPrevious[]> {
    return await keptFiles(this.#path);
  }

  async undo({ name }: KeptPrevious, options: SwapOptions): Promise<{ readonly previous: string | null }> {
    await this.#requireKept(name);
    return { previous: await swapIn(this.#path, name, options, this.#context) };
  }

  async discard({ name }: KeptPrevious): Promise<void> {
    await this.#requireKept(name);
    await removeKept(name);
  }

  async recover(): Promise<readonly string[]> {
    const done = [...(await recoverSwap(this.#path))];
    const folder = dirname(this.#path);
    for (const name of await readdir(folder)) {
      if (!name.startsWith(loadingPrefix(this.#path))) continue;
      await rm(join(folder, name), { force: true });
      done.push(`removed ${join(folder, name)}, which a killed restore had left`);
    }
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #requireKept(name: string): Promise<void> {
    if ((await keptFiles(this.#path)).some((kept) => kept.name === name)) return;
    throw new DbopsError("RESTORE.NOTHING_TO_UNDO", {
      message: `${name} is not a kept state of ${basename(this.#path)}`,
      why: "it does not exist any more, or belongs to another database",
    });
  }

  async #folderLine(): Promise<PreflightLine> {
    const folder = dirname(this.#path);
    const isOk = await isPermitted(folder, constants.W_OK);
    const detail = `${folder} ${isOk ? "may" : "may not"} be written`;
    return { subject: "folder", isOk, detail, code: "CONNECT.READ_ONLY" };
  }

  async #diskLine({ rawBytes }: RestoreSource): Promise<PreflightLine> {
    const free = await freeBytes(dirname(this.#path));
    const needs = rawBytes === null ? "size of the backup unknown" : `${formatBytes(rawBytes)} needed`;
    const detail = `${needs}, ${formatBytes(free)} free`;
    return { subject: "disk", isOk: free > (rawBytes ?? 0), detail, code: "RESOURCE.DISK_FULL" };
  }

  /** Only a file that takes the place of another must be given to somebody. */
  async #ownerLine({ isInPlace }: LoadOptions): Promise<PreflightLine> {
    const owner = await ownerOf(this.#path);
    if (owner === null) return { subject: "owner", isOk: true, detail: "there is no file yet, a new one is made" };
    const { uid, gid } = owner;
    const isWritable = await isPermitted(this.#path, constants.W_OK);
    if (isInPlace) {
      const detail = `the file of user ${uid}, group ${gid} ${isWritable ? "stays theirs" : "may not be written"}`;
      return { subject: "owner", isOk: isWritable, detail, hint: OWNER_HINT };
    }
    const isOk = mayGiveTo(owner);
    const detail = `the new file ${isOk ? "gets" : "cannot get"} user ${uid}, group ${gid} of the old one`;
    const hint = isWritable ? `${OWNER_HINT}; --in-place writes into the file, which keeps its owner` : OWNER_HINT;
    return { subject: "owner", isOk, detail, hint };
  }

  /** Not a refusal yet: the swap waits for them, and a service may be stopped before it. */
  async #usersLine({ isInPlace }: LoadOptions): Promise<PreflightLine> {
    const { sessions, unseen } = await holdersOf(this.#path);
    const users = sessions.length === 0 ? "no other program seen" : `open in ${sessions.join("; ")}`;
    const detail = [users, unseen, isInPlace ? "written in place" : null].filter((part) => part !== null).join("; ");
    return { subject: "programs", isOk: true, detail };
  }
}
