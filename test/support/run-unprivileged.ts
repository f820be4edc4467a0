import { execFile } from "node:child_process";
import { chown, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const DBOPS = resolve(import.meta.dirname, "../../bin/dbops.js");
const CAPABILITIES = "-dac_override,-dac_read_search";

/** Who somebody is that owns nothing; only root can become another user. */
export const NOBODY = { uid: 65_534, gid: 65_534 };

/**
 * Runs dbops as a process for which file modes count: those of root mean nothing while it holds these capabilities.
 * `user` says whose process it is, without any other group.
 */
export async function runUnprivileged(
  argv: readonly string[],
  cwd: string,
  user: { readonly uid: number; readonly gid: number } | null = null,
): Promise<{ readonly exit: number; readonly stdout: string; readonly stderr: string }> {
  const home = join(cwd, ".home");
  await mkdir(home, { recursive: true });
  if (user !== null) await chown(home, user.uid, user.gid);
  const command = [process.execPath, DBOPS, ...argv];
  const isRoot = process.getuid?.() === 0;
  const rights =
    user === null ? ["--bounding-set", CAPABILITIES] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"];
  const [file = "", ...args] = isRoot ? ["setpriv", ...rights, ...command] : command;
  const env = { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: join(home, "state") };
  return await run(file, args, { cwd, env }).then(
    ({ stdout, stderr }) => ({ exit: 0, stdout, stderr }),
    (error) => ({ exit: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) }),
  );
}
