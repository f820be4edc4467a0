import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const DBOPS = resolve(import.meta.dirname, "../../bin/dbops.js");
const CAPABILITIES = "-dac_override,-dac_read_search";

/** Runs dbops as a process for which file modes count: those of root mean nothing while it holds these capabilities. */
export async function runUnprivileged(
  argv: readonly string[],
  cwd: string,
): Promise<{ readonly exit: number; readonly stdout: string; readonly stderr: string }> {
  const home = join(cwd, ".home");
  await mkdir(home, { recursive: true });
  const command = [process.execPath, DBOPS, ...argv];
  const isRoot = process.getuid?.() === 0;
  const [file = "", ...args] = isRoot ? ["setpriv", "--bounding-set", CAPABILITIES, ...command] : command;
  const env = { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: join(home, "state") };
  return await run(file, args, { cwd, env }).then(
    ({ stdout, stderr }) => ({ exit: 0, stdout, stderr }),
    (error) => ({ exit: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) }),
  );
}
