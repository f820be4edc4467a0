import { readFile } from "node:fs/promises";
import { DbopsError, messageOf } from "../core/errors.js";
import { Secret } from "./secret.js";

/** The first line of a file that a flag names. CONFIG.SECRET when it cannot be read or is empty. */
export async function readSecretFile(path: string, register: (value: string) => void): Promise<Secret> {
  const [line = ""] = (await contentOf(path)).split(/\r?\n/, 1);
  if (line === "") throw unreadable(path, "its first line is empty");
  register(line);
  return new Secret(line);
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw unreadable(path, messageOf(error), error);
  }
}

function unreadable(path: string, why: string, cause?: unknown): DbopsError {
  return new DbopsError("CONFIG.SECRET", { message: `the secret in ${path} cannot be read`, why, cause });
}
