import { mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../core/clock.js";
import { DbopsError, messageOf } from "../core/errors.js";
import type { ChildRegistry } from "../system/child-registry.js";
import { acquireLockFile } from "../system/lock-file.js";
import { type AuditRecord, auditLine, headOf } from "./audit-record.js";

const LOCK_WAIT_MS = 10_000;
const TAIL_BYTES = 1024 * 1024;

export interface AuditLogOptions {
  /** The state folder; null where there is no home to keep it in. */
  readonly folder: string | null;
  /** Refuse to work when the log cannot be written. */
  readonly isRequired: boolean;
  readonly clock: Clock;
  readonly children: ChildRegistry;
  /** Told when the log cannot be written and the work goes on. */
  readonly warn: (message: string) => void;
}

/** The append-only, hash-chained record of every run that changes something. */
export class AuditLog {
  readonly #options: AuditLogOptions;
  #head: string | null = null;

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /** The state folder that it lives in; null where there is none. */
  get folder(): string | null {
    return this.#options.folder;
  }

  /** The hash of the last line that this run appended; kept in manifests. */
  get head(): string | null {
    return this.#head;
  }

  /** Appends a line durably. AUDIT.UNWRITABLE when it cannot and the log is required; else warns and goes on. */
  async append(record: Omit<AuditRecord, "previous">): Promise<void> {
    try {
      this.#head = await this.#write(record);
    } catch (error) {
      const why = messageOf(error);
      if (this.#options.isRequired) {
        throw new DbopsError("AUDIT.UNWRITABLE", {
          message: `the audit log in ${this.#options.folder ?? "no folder"} cannot be written`,
          why,
          hint: "mend it, or unset audit.required",
          cause: error,
        });
      }
      this.#options.warn(`NOT AUDITED: ${record.event} of this run is not in the audit log: ${why}`);
    }
  }

  async #write(record: Omit<AuditRecord, "previous">): Promise<string> {
    const { folder, children, clock } = this.#options;
    if (folder === null) throw new Error("there is no home folder to keep it in; set XDG_STATE_HOME");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await using _lock = await acquireLockFile(join(folder, ".audit-lock"), {
      waitMs: LOCK_WAIT_MS,
      holder: { run: record.run, command: "audit" },
      children,
      clock,
      signal: new AbortController().signal,
    });
    const path = join(folder, "audit.jsonl");
    const { line, head } = auditLine({ ...record, previous: headOf(await tailOf(path)) });
    const handle = await open(path, "a", 0o600);
    try {
      await handle.appendFile(line);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return head;
  }
}

async function tailOf(path: string): Promise<string> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return "";
  const handle = await open(path, "r");
  try {
    const length = Math.min(facts.size, TAIL_BYTES);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, facts.size - length);
    return buffer.toString("utf8");
  } finally {
    await handle.close();
  }
}
