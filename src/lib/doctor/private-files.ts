import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import type { Diagnosis } from "../../drivers/driver.js";
import type { Config } from "../config/config.js";
import { messageOf } from "../core/errors.js";
import { modeText } from "./folder-facts.js";
import { errorLine, okLine, warningLine } from "./lines.js";

/** Files that hold secrets: the configuration when it has one in it, and age identities. */
export async function privateFileLines({
  path,
  settings,
  backup,
  targets,
}: Pick<Config, "path" | "settings" | "backup" | "targets">): Promise<readonly Diagnosis[]> {
  const holdsSecret = settings.some(({ value, source }) => value?.includes("***") && isFileSource(source));
  const identities = [backup, ...targets.map((target) => target.backup)].map(({ identity }) => identity);
  const files = [
    ...(path !== null && holdsSecret ? [["configuration file", path] as const] : []),
    ...[...new Set(identities)].flatMap((identity) => (identity === null ? [] : [["age identity", identity] as const])),
  ];
  return await Promise.all(files.map(([subject, file]) => privateFileLine(subject, file)));
}

/** `dbops.yaml:12`, not `env BACKUP_DIR`. */
function isFileSource(source: string): boolean {
  return /^[^ ]+:\d+$/.test(source);
}

async function privateFileLine(subject: string, file: string): Promise<Diagnosis> {
  try {
    await access(file, constants.R_OK);
    const mode = (await stat(file)).mode & 0o777;
    if ((mode & 0o077) === 0) return okLine(subject, `${file}, mode ${modeText(mode)}`);
    const detail = `${file} holds a secret and others may read it (mode ${modeText(mode)})`;
    return warningLine(subject, detail, `chmod 600 ${file}`);
  } catch (error) {
    return errorLine(subject, `${file} cannot be read: ${messageOf(error)}`, "correct the path, or its owner and mode");
  }
}
