import type { Readable, Writable } from "node:stream";
import type { Clock } from "../core/clock.js";
import type { Environment } from "../core/environment.js";
import type { ErrorReport } from "../core/errors.js";
import type { ProgressSink } from "../core/progress.js";
import type { View } from "../core/view.js";
import { colourLevel, loadPaint } from "./colour.js";
import { renderError, renderStack } from "./error-view.js";
import { jsonText } from "./json-text.js";
import { createLiveProgress } from "./progress-live.js";
import type { ProgressOutput, ProgressSettings } from "./progress-output.js";
import { createPlainProgress } from "./progress-plain.js";
import { createPrompts, type Prompts } from "./prompts.js";
import { renderView } from "./render-view.js";
import { ScreenStream } from "./screen-stream.js";
import type { OutputStream, Streams } from "./streams.js";
import type { Style } from "./style.js";
import { symbolsFor } from "./symbols.js";
import { visibleText } from "./visible-text.js";
import { createWriter, type Writer } from "./writer.js";

export type StreamName = "stdout" | "stderr";

/** The global flags that decide how a run speaks. */
export interface TerminalFlags {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  /** null = decide by the terminal and the environment. */
  readonly color: boolean | null;
  /** False with --no-input and --json. */
  readonly canPrompt: boolean;
}

export interface TerminalOptions {
  readonly streams: Streams;
  readonly environment: Environment;
  readonly flags: TerminalFlags;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/** All that a run says to people and scripts: results on stdout, everything else on stderr. */
export interface Terminal extends AsyncDisposable {
  readonly progress: ProgressSink;
  /** What was passed to `progress.warn` so far, redacted. */
  readonly warnings: readonly string[];
  /** Whether a person is there to be asked. */
  readonly canPrompt: boolean;
  readonly prompts: Prompts;
  /** A view for people; on stderr when it only explains a question. */
  showView(view: View, stream?: StreamName): Promise<void>;
  /** The one document of a --json run. */
  showJson(document: unknown): Promise<void>;
  /** An error on stderr; with --verbose also the stacks of `cause`. */
  showError(report: ErrorReport, cause?: unknown): Promise<void>;
  /** Help or usage, as it is. */
  showHelp(text: string, stream: StreamName): Promise<void>;
  /** Stdout for bytes, such as a backup sent to `-`; neither redacted nor closed. */
  openData(): Writable;
  /** Stdin for bytes. */
  openInput(): Readable;
  /** Ends progress and waits until all is written; RESOURCE.DISK_FULL or OUTPUT.UNWRITABLE when stdout cannot be. */
  flush(): Promise<void>;
}

/** The terminal of one run; nothing of it is shared with another run in the same process. */
export async function createTerminal(options: TerminalOptions): Promise<Terminal> {
  const { streams, flags, redact } = options;
  const [outStyle, errStyle] = await Promise.all([
    loadStyle(streams.stdout, options),
    loadStyle(streams.stderr, options),
  ]);
  const out = createWriter(streams.stdout, "stdout", redact);
  const err = createWriter(streams.stderr, "stderr", redact);
  const screen = new ScreenStream(streams.stderr, screenFilter(options));
  const progress = createProgress(options, screen, { style: errStyle, print: (line) => void err.write(`${line}\n`) });
  const printTo = (name: StreamName, text: string) => printAfter(progress, name === "stdout" ? out : err, text);

  return {
    progress,
    get warnings() {
      return progress.warnings;
    },
    canPrompt: flags.canPrompt && isPersonThere(options),
    prompts: createPrompts({ input: streams.stdin, screen, clean: errStyle.clean, prepare: () => progress.stop() }),
    showView: async (view, name = "stdout") =>
      printTo(name, await renderView(view, name === "stdout" ? outStyle : errStyle)),
    showJson: (document) => printTo("stdout", `${jsonText(document, redact)}\n`),
    showError: (report, cause) => {
      const stack = flags.isVerbose && cause !== undefined ? renderStack(cause, errStyle) : "";
      return printTo("stderr", renderError(report, errStyle) + stack);
    },
    showHelp: (text, name) => printTo(name, text.endsWith("\n") ? text : `${text}\n`),
    openData: () => out.openData(),
    openInput: () => streams.stdin,
    flush: () => settle(progress, out, err),
    [Symbol.asyncDispose]: async () => {
      progress.stop();
      out[Symbol.dispose]();
      err[Symbol.dispose]();
    },
  };
}

async function loadStyle(stream: OutputStream, { environment, flags, redact }: TerminalOptions): Promise<Style> {
  return {
    paint: await loadPaint(colourLevel(stream, environment, flags.color)),
    symbols: symbolsFor(environment),
    // A terminal that nobody gave a size says 0.
    width: stream.isTTY === true ? stream.columns || 80 : null,
    clean: (data) => visibleText(redact(data)),
  };
}

function createProgress(
  { streams, environment, flags, clock }: TerminalOptions,
  screen: ScreenStream,
  ends: Pick<ProgressSettings, "style" | "print">,
): ProgressOutput {
  const hasScreen = streams.stderr.isTTY === true;
  const isTalkative = !flags.isQuiet && (hasScreen || !flags.isJson);
  const settings = { ...ends, clock, isTalkative };
  const isLive = isTalkative && hasScreen && !isDumb(environment) && !isAutomation(environment);
  return isLive ? createLiveProgress(settings, screen) : createPlainProgress(settings);
}

function isPersonThere({ streams, environment }: TerminalOptions): boolean {
  if (isDumb(environment) || isAutomation(environment)) return false;
  return streams.stdin.isTTY === true && streams.stderr.isTTY === true;
}

function isDumb(environment: Environment): boolean {
  return environment.TERM === "dumb";
}

/** CI systems set CI, some of them with a pseudo-terminal that nobody watches. */
function isAutomation(environment: Environment): boolean {
  return !["", "0", "false"].includes(environment.CI ?? "");
}

/** What ora and the prompts draw: redacted, and without their colours where colour is off. */
function screenFilter({ streams, environment, flags, redact }: TerminalOptions): (text: string) => string {
  if (colourLevel(streams.stderr, environment, flags.color) > 0) return redact;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with ESC.
  return (text) => redact(text.replace(/\x1b\[[\d;]*m/g, ""));
}

function printAfter(progress: ProgressOutput, writer: Writer, text: string): Promise<void> {
  progress.stop();
  return writer.write(text);
}

/** Waits for both streams; only stdout's failure matters, since nobody could read a complaint about stderr. */
async function settle(progress: ProgressOutput, out: Writer, err: Writer): Promise<void> {
  progress.stop();
  await Promise.allSettled([err.flush()]);
  await out.flush();
}
