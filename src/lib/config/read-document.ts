import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { DbopsError, messageOf } from "../core/errors.js";
import { didYouMean } from "../core/suggestion.js";
import { checkDocument } from "./document-check.js";
import { named } from "./named-path.js";
import type { Problems } from "./problems.js";
import { YamlDocument } from "./yaml-document.js";

const VERSION = 1;

/** Reads dbops.yaml and checks its structure. CONFIG.NOT_FOUND when it cannot be read, UNSUPPORTED.FORMAT_VERSION. */
export async function readDocument(path: string, problems: Problems): Promise<YamlDocument> {
  const document = YamlDocument.parse(path, await textOf(path), problems);
  if (document.value === null && problems.hasAny) return document;
  checkVersion(path, document, problems);
  for (const { path: where, problem, known } of checkDocument(document.value)) {
    const suggestion = known === null ? "" : suggest(String(where.at(-1)), known);
    problems.add(document.sourceOf(where), `${named(where)}${problem}${suggestion}`);
  }
  return document;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new DbopsError("CONFIG.NOT_FOUND", {
      message: `${path} cannot be read`,
      why: messageOf(error),
      cause: error,
    });
  }
}

function checkVersion(path: string, document: YamlDocument, problems: Problems): void {
  const { value } = document;
  const version: unknown = typeof value === "object" && value !== null && "version" in value ? value.version : null;
  if (version === VERSION) return;
  if (typeof version === "number" && Number.isInteger(version) && version > VERSION) {
    throw new DbopsError("UNSUPPORTED.FORMAT_VERSION", {
      message: `${basename(path)} is of version ${version}`,
      why: `this dbops reads version ${VERSION}`,
      hint: `install a newer dbops, one that reads version ${version} of dbops.yaml`,
    });
  }
  problems.add(document.sourceOf(["version"]), `version: expected ${VERSION}: write "version: ${VERSION}" at the top`);
}

function suggest(key: string, known: readonly string[]): string {
  const near = didYouMean(key, known);
  return near === null ? `; known here: ${known.join(", ")}` : `; did you mean ${near}?`;
}
