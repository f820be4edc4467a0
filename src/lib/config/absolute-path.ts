import { join, resolve } from "node:path";

/** A path relative to a folder, or to the home folder after `~/`, as an absolute one. */
export function absolutePath(path: string, base: { readonly folder: string; readonly homeDir: string | null }): string {
  if (path.startsWith("~/") && base.homeDir !== null) return join(base.homeDir, path.slice(2));
  return resolve(base.folder, path);
}
