import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { type SourceText, separateText } from "./source-text.js";

const SOURCE_ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../src");

export type ImportKind = "value" | "type" | "dynamic";

export interface SourceImport {
  readonly kind: ImportKind;
  /** A file of src (`lib/core/errors.ts`), or the name of a package (`pg`, `node:fs`). */
  readonly from: string;
  readonly isPackage: boolean;
  readonly line: number;
}

export interface SourceFile extends SourceText {
  /** Relative to src, with slashes. */
  readonly path: string;
  readonly lineCount: number;
  readonly imports: readonly SourceImport[];
}

/** Every source file of the project with its imports. */
export function readSources(): readonly SourceFile[] {
  return readdirSync(SOURCE_ROOT, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => parseSource(path.split("\\").join("/"), readFileSync(join(SOURCE_ROOT, path), "utf8")))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The file as the rules look at it. */
export function parseSource(path: string, text: string): SourceFile {
  const parts = separateText(text);
  const lineCount = text.trimEnd().split("\n").length;
  return { path, lineCount, ...parts, imports: findImports(path, parts.withStrings) };
}

/** The line, counted from 1, of an offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** Every match of a pattern in a file, as `path:line: what stands there`. */
export function findPattern(file: SourceFile, pattern: RegExp, text: string = file.code): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => {
    const excerpt = match[0].trim().replaceAll(/\s+/g, " ");
    return `${file.path}:${lineAt(text, match.index)}: ${excerpt}`;
  });
}

/** The chain of files by which `from` loads each package when it starts, following value imports only. */
export function packagesLoadedBy(from: string, files: readonly SourceFile[]): ReadonlyMap<string, string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const packages = new Map<string, string>();
  const chains = new Map([[from, from]]);
  for (const [path, chain] of chains) {
    for (const { kind, from: to, isPackage } of byPath.get(path)?.imports ?? []) {
      if (kind !== "value") continue;
      const known = isPackage ? packages : chains;
      if (!known.has(to)) known.set(to, `${chain} -> ${to}`);
    }
  }
  return packages;
}

const STATIC_IMPORT = /(?:^|[;}\s])(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]*?\sfrom\s*)?["']([^"']+)["']/g;
const DYNAMIC_IMPORT = /\bimport\(\s*["'`]([^"'`]+)["'`]/g;

function findImports(path: string, text: string): readonly SourceImport[] {
  const statics = [...text.matchAll(STATIC_IMPORT)].map((match) => {
    const kind: ImportKind = match[1] === undefined ? "value" : "type";
    return { kind, ...resolveImport(path, match[2] ?? ""), line: lineAt(text, match.index + 1) };
  });
  const dynamics = [...text.matchAll(DYNAMIC_IMPORT)].map((match) => {
    const kind: ImportKind = isTypeQuery(text, match.index) ? "type" : "dynamic";
    return { kind, ...resolveImport(path, match[1] ?? ""), line: lineAt(text, match.index) };
  });
  return [...statics, ...dynamics];
}

function isTypeQuery(text: string, offset: number): boolean {
  return /\btypeof\s+$/.test(text.slice(0, offset));
}

function resolveImport(path: string, specifier: string): Pick<SourceImport, "from" | "isPackage"> {
  if (specifier.startsWith(".")) {
    return { from: posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts"), isPackage: false };
  }
  if (specifier.startsWith("#dbops/")) {
    return { from: specifier.slice("#dbops/".length).replace(/\.js$/, ".ts"), isPackage: false };
  }
  const depth = specifier.startsWith("@") ? 2 : 1;
  return { from: specifier.split("/").slice(0, depth).join("/"), isPackage: true };
}
