import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { Driver, DriverContext, LockOptions, NewDatabase } from "../../drivers/driver.js";
import type { Watch } from "../../drivers/fact-model.js";
import { ENGINE_NAMES, loadEngine } from "../../drivers/open.js";
import type { RecordSource } from "../../drivers/source-model.js";
import type { AuditLog } from "../audit/audit-log.js";
import type { BackupSettings } from "../config/backup-settings.js";
import type { Config } from "../config/config.js";
import type { Secret } from "../config/secret.js";
import { readSecretFile } from "../config/secret-file.js";
import type { ConfiguredTarget } from "../config/target.js";
import { DbopsError, messageOf } from "../core/errors.js";
import type { ProgressSink } from "../core/progress.js";
import type { Redactor } from "../core/redaction.js";
import { openLocalStorage } from "../storage/local.js";
import { writingTo } from "../storage/local-errors.js";
import type { Storage } from "../storage/storage.js";
import type { ChildRegistry } from "../system/child-registry.js";
import { acquireLockFile } from "../system/lock-file.js";
import type { Prompts } from "../terminal/prompts.js";
import { tokenRefusal } from "./consent.js";
import type { Context, GlobalFlags, ScratchPlace } from "./context.js";
import type { Host } from "./host.js";
import type { RunResources } from "./run-resources.js";
import { dbopsVersion } from "./version.js";
import { removeWorkFolder, WorkFolder, workFolderPath } from "./work-folder.js";

const DATABASE_LOCK_MS = 10_000;

export interface ContextParts {
  readonly host: Host;
  readonly run: string;
  readonly command: string;
  readonly flags: GlobalFlags;
  readonly config: Config;
  readonly signal: AbortSignal;
  readonly progress: ProgressSink;
  /** null when nobody can be asked. */
  readonly prompts: Prompts | null;
  readonly redactor: Redactor;
  readonly children: ChildRegistry;
  readonly resources: RunResources;
  readonly audit: AuditLog;
  readonly openData: () => Writable;
  readonly openInput: () => Readable;
}

/** The Context of one run; everything that it opens is closed by `resources`. */
export function createContext(parts: ContextParts): Context {
  return new RunContext(parts);
}

class RunContext implements Context {
  readonly version = dbopsVersion();
  readonly hostName = hostname();
  readonly engineNames = ENGINE_NAMES;
  readonly driverContext: DriverContext;
  readonly run: string;
  readonly command: string;
  readonly flags: GlobalFlags;
  readonly config: Config;
  readonly prompts: Prompts | null;
  readonly #parts: ContextParts;
  #scratch: string;
  #work: WorkFolder | null = null;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.run = parts.run;
    this.command = parts.command;
    this.flags = parts.flags;
    this.config = parts.config;
    this.prompts = parts.prompts;
    this.#scratch = parts.config.backup.scratch;
    this.driverContext = this.#driverContext();
  }

  get clock() {
    return this.#parts.host.clock;
  }

  get ids() {
    return this.#parts.host.ids;
  }

  get cwd() {
    return this.#parts.host.cwd;
  }

  get signal() {
    return this.#parts.signal;
  }

  get progress() {
    return this.#parts.progress;
  }

  get stateFolder(): string | null {
    return this.#parts.audit.folder;
  }

  auditHead(): string | null {
    return this.#parts.audit.head;
  }

  engine(name: string) {
    return loadEngine(name);
  }

  async open(target: ConfiguredTarget): Promise<Driver> {
    return this.own(await this.#connect(target));
  }

  async openWatch(target: ConfiguredTarget, limit: Pick<DriverContext, "signal" | "connectTimeoutMs">): Promise<Watch> {
    const engine = await loadEngine(target.engine);
    return this.own(await engine.openWatch(target, { ...this.driverContext, ...limit }));
  }

  async openNew(target: ConfiguredTarget): Promise<NewDatabase | null> {
    const engine = await loadEngine(target.engine);
    const made = (await engine.openNew?.(target, this.driverContext)) ?? null;
    return made === null ? null : this.own(made);
  }

  async openSource(path: string): Promise<RecordSource> {
    for (const name of ENGINE_NAMES) {
      const { openSource } = await loadEngine(name);
      if (openSource !== undefined) return this.own(await openSource(path, this.driverContext));
    }
    throw new DbopsError("UNSUPPORTED.ENGINE", { message: `no engine keeps its databases in a file like ${path}` });
  }

  store(flag: string | null, target: ConfiguredTarget | null): Storage {
    const folder = flag === null ? (target?.backup ?? this.config.backup).store : resolve(this.cwd, flag);
    if (folder !== null) return openLocalStorage(folder, this.run);
    throw new DbopsError("CONFIG.NO_STORE", {
      message: "it is not known where backups live",
      why: "no --store, no backup.store in dbops.yaml and no BACKUP_DIR is given, and nothing implies one",
      hint: "add --store DIR, or run `dbops init` once",
    });
  }

  stores(flag: string | null, target: ConfiguredTarget | null): readonly Storage[] {
    if (flag !== null || target !== null || this.config.targets.length === 0) return [this.store(flag, target)];
    const stores = this.config.targets.map((one) => this.store(null, one));
    return [...new Map(stores.map((storage) => [storage.label, storage])).values()];
  }

  backupSettingsOf(name: string): BackupSettings {
    return this.config.targets.find((target) => target.name === name)?.backup ?? this.config.backup;
  }

  async identityOf(target: ConfiguredTarget): Promise<string | null> {
    return await this.#ifReachable(target, async (driver) => driver.identity.key);
  }

  async serverTime(target: ConfiguredTarget): Promise<Date> {
    return (await this.#ifReachable(target, async (driver) => (await driver.server()).now)) ?? this.clock.now();
  }

  async lockStore(storage: Storage, identity: string): Promise<AsyncDisposable> {
    const folder = storage.folder ?? this.#scratch;
    await writingTo(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
    const name = createHash("sha256").update(identity).digest("hex").slice(0, 12);
    const lock = await acquireLockFile(join(folder, `.dbops-lock-${name}`), {
      waitMs: this.flags.lockWaitMs ?? 0,
      holder: { run: this.run, command: this.command },
      workDir: workFolderPath(this.#scratch, this.run),
      children: this.#parts.children,
      clock: this.clock,
      signal: this.signal,
    });
    for (const line of lock.swept) this.progress.note(line);
    const held = this.own(lock);
    if (lock.dead !== null) await this.#sweepAfter(lock.dead, storage);
    await this.#finishDeletions(storage, identity);
    for (const line of lock.warnings) this.progress.warn(line);
    return held;
  }

  lockOptions(): LockOptions {
    const holder = { run: this.run, command: this.command };
    return { purpose: "data", waitMs: this.flags.lockWaitMs ?? 0, holder };
  }

  tokenRefusal(tokens: readonly string[]): DbopsError | null {
    const { confirm, isDryRun } = this.flags;
    return isDryRun ? null : tokenRefusal(tokens, { confirm, canPrompt: this.prompts !== null });
  }

  scratch(flag: string | null, target: ConfiguredTarget | null): ScratchPlace {
    const isUrl = flag?.includes("://") === true;
    const configured = (target?.backup ?? this.config.backup).scratch;
    this.#scratch = flag === null || isUrl ? configured : resolve(this.cwd, flag);
    return { dir: this.#scratch, url: isUrl ? flag : null };
  }

  path(given: string | null): string | null {
    return given === null ? null : resolve(this.cwd, given);
  }

  async secretFile(path: string | null): Promise<Secret | null> {
    if (path === null) return null;
    return await readSecretFile(resolve(this.cwd, path), (value) => this.#parts.redactor.add(value));
  }

  openData(): Writable {
    return this.#parts.openData();
  }

  openInput(): Readable {
    return this.#parts.openInput();
  }

  own<T extends AsyncDisposable>(resource: T): T {
    return this.#parts.resources.own(resource);
  }

  /** What a killed run has left half written: nobody else can be writing it. */
  async #sweepAfter(dead: { readonly run: string; readonly workDir: string | null }, storage: Storage): Promise<void> {
    const { sweepOrphans } = await import("../backup/sweep-orphans.js");
    const partials = await storage.sweep(dead.run);
    const removed = [...partials, ...(await sweepOrphans(storage, dead.run)), ...(await removeWorkFolder(dead))];
    for (const leftover of removed) this.progress.note(`removed ${leftover}, left behind by run ${dead.run}`);
  }

  /** What cannot be tidied up must not stop a backup. */
  async #finishDeletions(storage: Storage, identity: string): Promise<void> {
    const { finishDeletions } = await import("../backup/deletion.js");
    try {
      for (const file of await finishDeletions(storage, identity)) {
        this.progress.note(`removed ${file}, whose deletion a killed run had begun`);
      }
    } catch (error) {
      if (!(error instanceof DbopsError)) throw error;
      this.progress.warn(`a deletion that a killed run had begun cannot be finished: ${messageOf(error)}`);
    }
  }

  async #ifReachable<T>(target: ConfiguredTarget, ask: (driver: Driver) => Promise<T>): Promise<T | null> {
    try {
      await using driver = await this.#connect(target);
      return await ask(driver);
    } catch (error) {
      if (error instanceof DbopsError && error.exitName === "UNREACHABLE") return null;
      throw error;
    }
  }

  async #connect(target: ConfiguredTarget): Promise<Driver> {
    const engine = await loadEngine(target.engine);
    return await engine.open(target, this.driverContext);
  }

  #driverContext(): DriverContext {
    const { host, run, signal, progress, children, redactor, config } = this.#parts;
    return {
      env: config.environment,
      clock: host.clock,
      ids: host.ids,
      run,
      signal,
      progress,
      children,
      secret: (value) => redactor.add(value),
      workDir: () => this.#workDir(),
      connectTimeoutMs: config.connectTimeoutMs,
      lockTimeoutMs: DATABASE_LOCK_MS,
    };
  }

  #workDir(): Promise<string> {
    this.#work ??= this.own(new WorkFolder(this.#scratch, this.run));
    return this.#work.use();
  }
}
