import type { DriverContext } from "../../drivers/driver.js";
import type { ServiceCommands } from "../config/target.js";
import { DbopsError, messageOf } from "../core/errors.js";

export interface AfterWindow<T> {
  readonly value: T;
  /** Why the service does not run again; null when it does. */
  readonly failure: DbopsError | null;
}

const DOWN = "the service could not be started again";
/** The exit code of a failure must not read as if nothing had been done. */
const DONE_BUT_DOWN = `the data is in place, but ${DOWN}`;

/** Runs `work` while the service is stopped; it is started again on every path. TOOL.MISSING, TOOL.FAILED. */
export async function whileStopped<T>(
  service: ServiceCommands | null,
  context: DriverContext,
  work: () => Promise<T>,
): Promise<AfterWindow<T>> {
  if (service === null) return { value: await work(), failure: null };
  let value: T;
  try {
    context.progress.note(`stopping the service: ${service.stop.join(" ")}`);
    await runCommand(service.stop, context, context.signal);
    value = await work();
  } catch (error) {
    const failure = await startAgain(service, context, DOWN);
    if (failure !== null) context.progress.warn(`${failure.message}: ${failure.why}`);
    throw error;
  }
  return { value, failure: await startAgain(service, context, DONE_BUT_DOWN) };
}

/** A signal does not keep it from being started: a service that stays down is worse than a late end. */
async function startAgain(
  { start }: ServiceCommands,
  context: DriverContext,
  message: string,
): Promise<DbopsError | null> {
  context.progress.note(`starting the service: ${start.join(" ")}`);
  try {
    await runCommand(start, context, new AbortController().signal);
    return null;
  } catch (cause) {
    return new DbopsError("TOOL.FAILED", {
      message,
      why: messageOf(cause),
      hint: `start it by hand: ${start.join(" ")}`,
      cause,
    });
  }
}

async function runCommand(argv: readonly string[], context: DriverContext, signal: AbortSignal): Promise<void> {
  const [command = "", ...args] = argv;
  await context.children.run({ command, args, env: context.env }, signal);
}

/** The commands of `--with-service`, null without the flag. USAGE.INVALID when the target has none. */
export function serviceOf(
  target: { readonly name: string; readonly service: ServiceCommands | null },
  isWished: boolean,
): ServiceCommands | null {
  if (!isWished) return null;
  if (target.service !== null) return target.service;
  throw new DbopsError("USAGE.INVALID", {
    message: `--with-service: ${target.name} has no service`,
    why: "dbops.yaml names no commands that stop and start it",
    hint: `add targets.${target.name}.service: {stop: [systemctl, stop, app], start: [systemctl, start, app]}`,
  });
}
