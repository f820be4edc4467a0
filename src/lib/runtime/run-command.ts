import { hostname, userInfo } from "node:os";
import { resolve } from "node:path";
import { AuditLog } from "../audit/audit-log.js";
import { AUDIT_VERSION, type AuditRecord } from "../audit/audit-record.js";
import type { Config } from "../config/config.js";
import { loadConfig } from "../config/load-config.js";
import { homeFolder, userFolders } from "../config/user-folders.js";
import { basicTime } from "../core/clock.js";
import { asDbopsError, type DbopsError, messageOf, reportError } from "../core/errors.js";
import { EXIT_CODES, exitCode, PLUGIN_EXIT_CODES } from "../core/exit-codes.js";
import type { ProgressSink } from "../core/progress.js";
import type { Redactor } from "../core/redaction.js";
import { ChildRegistry } from "../system/child-registry.js";
import type { Terminal } from "../terminal/terminal.js";
import type { Command, PreparedPlan, RawInput } from "./command.js";
import { obtainConsent } from "./consent.js";
import type { Context, GlobalFlags } from "./context.js";
import { type ContextParts, createContext } from "./create-context.js";
import { envelope } from "./envelope.js";
import type { Host } from "./host.js";
import { LogFile, loggedProgress } from "./log-file.js";
import { withGlobals } from "./next-command.js";
import { planView } from "./plan-view.js";
import { tellPlugin } from "./plugin-failure.js";
import { RunResources } from "./run-resources.js";
import type { RunSignal } from "./run-signal.js";

export interface RunParts {
  readonly host: Host;
  readonly argv: readonly string[];
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  readonly redactor: Redactor;
  readonly runSignal: RunSignal;
  /** A monitoring plugin was asked for: whatever happens is told in its one line and exit code. */
  readonly isPlugin: boolean;
  /** Subcommands of the command's group: they are no target words. */
  readonly siblings: readonly string[];
}

/** What the pipeline has learned so far; rendered whatever happens. */
interface Report {
  targets: readonly string[];
  data: unknown;
  exit: number;
  error: DbopsError | null;
}

/** Takes one command through the pipeline every command goes through, renders the outcome and returns the exit code. */
export async function runCommand(command: Command, raw: RawInput, parts: RunParts): Promise<number> {
  const { host } = parts;
  const startedAt = host.clock.now();
  const startedMs = host.clock.monotonicMs();
  const run = `${basicTime(startedAt)}-${host.ids.hex(6)}`;
  const report: Report = { targets: [], data: null, exit: EXIT_CODES.OK.code, error: null };
  const log = openLog(parts, run);
  try {
    log?.line("info", `begin: dbops ${parts.argv.join(" ")}`);
    await log?.flush();
    await new Pipeline(command, parts, { run, report, log }).work(raw);
  } catch (thrown) {
    report.error = asDbopsError(parts.runSignal.reasonFor(thrown));
    report.exit = parts.isPlugin ? await tellPlugin(report.error, parts.terminal) : report.error.exit;
  }
  await endLog(log, report, parts.terminal);
  const durationMs = Math.round(host.clock.monotonicMs() - startedMs);
  return await render(report, { command, parts, run, startedAt, durationMs });
}

function openLog({ flags, host, redactor }: RunParts, run: string): LogFile | null {
  if (flags.logFile === null) return null;
  const path = resolve(host.cwd, flags.logFile);
  return new LogFile({ path, run, clock: host.clock, redact: (text) => redactor.redact(text) });
}

async function endLog(log: LogFile | null, { error, exit }: Report, terminal: Terminal): Promise<void> {
  if (log === null) return;
  if (error !== null)
    log.line("error", `${error.code}: ${[error.message, error.why].filter((text) => text !== null).join(": ")}`);
  log.line("info", `end: exit ${exit}`);
  await log.flush().catch((failure: unknown) => terminal.progress.warn(messageOf(failure)));
}

class Pipeline {
  readonly #command: Command;
  readonly #parts: RunParts;
  readonly #run: string;
  readonly #report: Report;
  readonly #progress: ProgressSink;

  constructor(command: Command, parts: RunParts, facts: { run: string; report: Report; log: LogFile | null }) {
    const { progress } = parts.terminal;
    this.#progress = facts.log === null ? progress : loggedProgress(progress, facts.log);
    this.#command = command;
    this.#parts = parts;
    this.#run = facts.run;
    this.#report = facts.report;
  }

  async work(raw: RawInput): Promise<void> {
    const { flags, host, runSignal } = this.#parts;
    const prepared = this.#command.prepare(raw);
    if (flags.timeoutMs !== null && this.#command.spec.ownsTimeout !== true) runSignal.limit(flags.timeoutMs);
    const homeDir = homeFolder(host.environment);
    const config = await this.#config(homeDir);
    await using resources = new RunResources();
    const children = resources.own(new ChildRegistry());
    const audit = this.#audit(config, { homeDir, children });
    const context = this.#context({ config, resources, children, audit });
    const plan = await prepared.plan(context);
    this.#report.targets = plan.targets;
    if (flags.isDryRun && this.#command.spec.danger !== "reads") return await this.#showPlan(plan);
    await obtainConsent(plan, { flags, terminal: this.#parts.terminal, signal: runSignal.signal });
    await this.#execute(plan, audit);
  }

  async #config(homeDir: string | null): Promise<Config> {
    const { flags, host, redactor, runSignal } = this.#parts;
    const config = await loadConfig({
      configFlag: flags.config,
      envFlag: flags.env,
      envFile: flags.envFile,
      cwd: host.cwd,
      env: host.environment,
      homeDir,
      subcommands: this.#parts.siblings,
      secret: (value) => redactor.add(value),
      signal: runSignal.signal,
    });
    for (const notice of config.notices) this.#progress.note(notice);
    return config;
  }

  #audit(config: Config, { homeDir, children }: { homeDir: string | null; children: ChildRegistry }): AuditLog {
    const { host } = this.#parts;
    return new AuditLog({
      folder: userFolders(host.environment, homeDir).state,
      isRequired: config.audit.isRequired,
      clock: host.clock,
      children,
      warn: (message) => this.#progress.warn(message),
    });
  }

  #context(made: Pick<ContextParts, "config" | "resources" | "children" | "audit">): Context {
    const { terminal, runSignal } = this.#parts;
    return createContext({
      ...this.#parts,
      ...made,
      run: this.#run,
      command: this.#command.spec.path,
      signal: runSignal.signal,
      progress: this.#progress,
      openData: () => terminal.openData(),
      openInput: () => terminal.openInput(),
      prompts: terminal.canPrompt ? terminal.prompts : null,
    });
  }

  async #showPlan(plan: PreparedPlan): Promise<void> {
    const { preview } = plan;
    this.#report.data = preview === null ? { plan: { steps: plan.steps } } : preview.data;
    this.#report.exit = exitCode(preview?.exit ?? "OK");
    if (this.#parts.flags.isJson) return;
    const view = preview === null ? planView(plan) : withGlobals(preview.view, this.#parts.flags);
    await this.#parts.terminal.showView(view);
  }

  /** Does the work between the two lines of the audit log; a command that only reads leaves none. */
  async #execute(plan: PreparedPlan, audit: AuditLog): Promise<void> {
    const isAudited = this.#command.spec.danger !== "reads";
    if (isAudited) await audit.append(this.#auditRecord("begin"));
    try {
      const outcome = await plan.run();
      this.#report.data = outcome.data;
      this.#report.exit = outcome.plugin === null ? exitCode(outcome.exit) : PLUGIN_EXIT_CODES[outcome.plugin];
      this.#report.error = outcome.error === null ? null : asDbopsError(outcome.error);
      // --quiet is for success: what went wrong in part must reach cron's mail.
      const isSilent = this.#parts.flags.isQuiet && outcome.exit === "OK" && outcome.view.isData !== true;
      if (!this.#parts.flags.isJson && !isSilent)
        await this.#parts.terminal.showView(withGlobals(outcome.view, this.#parts.flags));
    } catch (thrown) {
      this.#report.error = asDbopsError(this.#parts.runSignal.reasonFor(thrown));
      this.#report.exit = this.#report.error.exit;
      throw thrown;
    } finally {
      if (isAudited) await audit.append(this.#auditRecord("end"));
    }
  }

  #auditRecord(event: "begin" | "end"): Omit<AuditRecord, "previous"> {
    const { host, argv, redactor, terminal } = this.#parts;
    const hasEnded = event === "end";
    return {
      version: AUDIT_VERSION,
      event,
      at: host.clock.now().toISOString(),
      run: this.#run,
      command: this.#command.spec.path,
      argv: argv.map((word) => redactor.redact(word)),
      targets: this.#report.targets,
      user: userName(),
      host: hostname(),
      pid: process.pid,
      isInteractive: terminal.canPrompt,
      exit: hasEnded ? this.#report.exit : null,
      error: hasEnded ? (this.#report.error?.code ?? null) : null,
    };
  }
}

interface Rendering {
  readonly command: Command;
  readonly parts: RunParts;
  readonly run: string;
  readonly startedAt: Date;
  readonly durationMs: number;
}

async function render(report: Report, { command, parts, run, startedAt, durationMs }: Rendering): Promise<number> {
  const { terminal, flags } = parts;
  const { error, exit, targets, data } = report;
  if (error !== null) await terminal.showError(reportError(error), error.code === "RUN.BUG" ? error : error.cause);
  if (flags.isJson) {
    await terminal.showJson(
      envelope({
        exit,
        command: command.spec.path,
        run,
        targets,
        startedAt: startedAt.toISOString(),
        durationMs,
        data,
        error: error === null ? null : reportError(error),
        warnings: terminal.warnings,
      }),
    );
  }
  return exit;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that the password database does not know.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
