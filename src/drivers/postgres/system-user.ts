import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { DbopsError } from "../../lib/core/errors.js";

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** The user that a server of ours runs as: PostgreSQL refuses root, so root lends it to `postgres`; null = as we are. */
export async function serverUser(): Promise<SystemUser | null> {
  if (userInfo().uid !== 0) return null;
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  for (const line of passwd.split("\n")) {
    const [name, , uid, gid] = line.split(":");
    if (name === "postgres") return { uid: Number(uid), gid: Number(gid) };
  }
  throw new DbopsError("BACKUP.UNPROVEN", {
    message: "no throw-away server can be started",
    why: "PostgreSQL does not run as root, and there is no system user `postgres`",
    hint: "run as another user, or give a server of yours: --scratch postgres://…",
  });
}
