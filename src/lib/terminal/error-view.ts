import { ERROR_CODES } from "../core/error-codes.js";
import type { ErrorReport } from "../core/errors.js";
import { exitCode } from "../core/exit-codes.js";
import type { Style } from "./style.js";

/** An error as people see it: what failed, why, what to do, its code and exit code. */
export function renderError(report: ErrorReport, style: Style): string {
  const { paint, symbols, clean } = style;
  const lines = [
    paint.bad(`${symbols.bad} ${clean(report.message)}`),
    ...labelled("why", report.why, style),
    ...labelled("do", report.hint, style),
    paint.dim(`  ${report.code}${exitNote(report.code)}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The stacks of an error and its causes, outermost first, for --verbose. */
export function renderStack(thrown: unknown, style: Style): string {
  const stacks = causeChain(thrown).map((error) =>
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
  const text = indented(style.clean(stacks.join("\ncaused by: ")), 2);
  return `${style.paint.dim(text)}\n`;
}

function labelled(label: string, text: string | null, style: Style): readonly string[] {
  if (text === null) return [];
  const start = `  ${label}: `;
  return [
    `${style.paint.strong(start.trimEnd())} ${style.clean(text).replaceAll("\n", `\n${" ".repeat(start.length)}`)}`,
  ];
}

function exitNote(code: string): string {
  const kind = Object.entries(ERROR_CODES).find(([name]) => name === code)?.[1];
  return kind === undefined ? "" : ` (exit ${exitCode(kind.exit)})`;
}

function causeChain(thrown: unknown): readonly unknown[] {
  const chain = new Set<unknown>();
  let current = thrown;
  while (current !== undefined && current !== null && !chain.has(current)) {
    chain.add(current);
    current = current instanceof Error ? current.cause : undefined;
  }
  return [...chain];
}

function indented(text: string, columns: number): string {
  const margin = " ".repeat(columns);
  return margin + text.replaceAll("\n", `\n${margin}`);
}
