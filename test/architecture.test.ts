import { describe, expect, test } from "vitest";
import { mayImport, PACKAGE_OWNERS, roomOf } from "./support/rooms.js";
import { findPattern, packagesLoadedBy, readSources, type SourceFile } from "./support/source-walk.js";

const files = readSources();

/** Fails with one line per offence, each beginning with the place to open. */
function expectNone(rule: string, offences: readonly string[]): void {
  if (offences.length > 0) expect.fail(`${rule}\n  ${offences.join("\n  ")}\n`);
}

function offencesOf(pattern: RegExp, isOwner: (path: string) => boolean = () => false): readonly string[] {
  return files.filter((file) => !isOwner(file.path)).flatMap((file) => findPattern(file, pattern));
}

describe("who imports whom", () => {
  test("rooms import only what DESIGN allows them", () => {
    const offences = files.flatMap((file) =>
      file.imports
        .filter((target) => !target.isPackage && !mayImport(file.path, target))
        .map(
          ({ from, kind, line }) =>
            `${file.path}:${line}: ${roomOf(file.path)} may not import ${from}${kind === "type" ? " (not even its types)" : ""}`,
        ),
    );
    expectNone("An import crosses a wall of the house (docs/architecture.md):", offences);
  });

  test("every package is imported only by its owners", () => {
    const offences = files.flatMap((file) =>
      file.imports
        .filter(({ isPackage, from }) => isPackage && !from.startsWith("node:"))
        .filter(({ from }) => !(PACKAGE_OWNERS[from] ?? []).some((owner) => file.path.startsWith(owner)))
        .map(({ from, line }) => `${file.path}:${line}: ${from} belongs to ${PACKAGE_OWNERS[from] ?? "nobody yet"}`),
    );
    expectNone("A package is imported outside the room that owns it (test/support/rooms.ts):", offences);
  });

  test("every import leads to a file", () => {
    const paths = new Set(files.map(({ path }) => path));
    const offences = files.flatMap((file) =>
      file.imports
        .filter(({ isPackage, from }) => !isPackage && !paths.has(from))
        .map(({ from, line }) => `${file.path}:${line}: ${from} does not exist`),
    );
    expectNone("An import leads nowhere:", offences);
  });

  test("dbops starts without any package", () => {
    const loaded = [...packagesLoadedBy("main.ts", files)].filter(([name]) => !name.startsWith("node:"));
    expectNone(
      "These packages are loaded before the command line is read; reach them by a dynamic import:",
      loaded.map(([name, chain]) => `${name}: ${chain}`),
    );
  });
});

describe("the shape of files", () => {
  test("no file is too long", () => {
    const offences = files
      .filter(({ path, lineCount }) => lineCount > lineCap(path))
      .map(({ path, lineCount }) => `${path}: ${lineCount} lines, at most ${lineCap(path)}`);
    expectNone("Split the file by the things it holds:", offences);
  });

  test("names are kebab-case and say what the file holds", () => {
    const offences = files
      .filter(({ path }) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/.test(path))
      .map(({ path }) => path);
    const vague = files
      .filter(({ path }) => /(?:^|\/)(?:index|utils?|helpers?)\.ts$/.test(path))
      .map(({ path }) => path);
    expectNone("Rename:", [...offences, ...vague]);
  });

  test("there are no barrels", () => {
    expectNone("Import from the file that holds the thing:", offencesOf(/\bexport\s+\*/g));
  });
});

describe("what code never does", () => {
  test("nobody writes to the console", () => {
    expectNone("Output goes through lib/terminal:", offencesOf(/\bconsole\s*\./g));
  });

  test("only lib/terminal touches the standard streams", () => {
    const pattern = /(?<![.#\w])process\s*\.\s*(?:stdin|stdout|stderr)\b/g;
    const offences = files
      .filter((file) => !file.path.startsWith("lib/terminal/") && !namesChildrenProcess(file))
      .flatMap((file) => findPattern(file, pattern));
    expectNone("Output goes through lib/terminal:", offences);
  });

  test("nobody cuts the process short", () => {
    expectNone(
      "Set process.exitCode in main, throw elsewhere:",
      offencesOf(/\bprocess\s*\.\s*(?:exit|abort)\b(?!Code)/g),
    );
  });

  test("only lib/config reads the environment", () => {
    const pattern = /\bprocess\s*\.\s*env\b|\{[^{}=]*\benv\b[^{}=]*\}\s*=\s*process\b/g;
    expectNone("Take an Environment as a value:", offencesOf(pattern, inRoom("lib/config/")));
  });

  test("clocks and chance come in as values", () => {
    const pattern =
      /\bDate\s*\.\s*now\b|\bMath\s*\.\s*random\b|\bnew Date\(\s*\)|\bperformance\s*\.\s*now\b|\brandomUUID\b/g;
    const isOwner = (path: string) => path === "lib/core/clock.ts" || path === "lib/core/ids.ts";
    expectNone("Use the run's Clock and Ids:", offencesOf(pattern, isOwner));
  });

  test("no shell ever reads our words", () => {
    expectNone("Pass argv arrays:", offencesOf(/\bshell\s*:\s*true\b/g));
  });
});

describe("types are not talked down", () => {
  test("no any", () => {
    expectNone("Use unknown and look:", offencesOf(/(?:[:<|&,(]\s*|\bas\s+|=>\s*)any\b(?!\s*[(:.])/g));
  });

  test("no non-null assertion", () => {
    expectNone("Handle the missing case:", offencesOf(/[\w)\]]!(?=[.,;)\]}[\s:])(?!\s*=)/g));
  });

  test("no cast outside lib/core", () => {
    const offences = files.filter(({ path }) => !path.startsWith("lib/core/")).flatMap(castsIn);
    expectNone("Narrow by looking, or parse with a schema (`as const` is fine):", offences);
  });
});

describe("engines are named in drivers only", () => {
  test("no identifier names an engine", () => {
    const offences = files.filter(({ path }) => !mayNameEngines(path)).flatMap(engineIdentifiersIn);
    expectNone("A fact becomes data on the driver, a feature a facet:", offences);
  });

  test("no branch asks for an engine", () => {
    const word = `["'](?:sqlite|postgres|postgresql|pg)["']`;
    const pattern = new RegExp(String.raw`(?:[!=]==\s*|\bcase\s+)${word}|${word}\s*[!=]==`, "g");
    const offences = files
      .filter(({ path }) => !mayNameEngines(path))
      .flatMap((file) => findPattern(file, pattern, file.withStrings));
    expectNone("A fact becomes data on the driver, a feature a facet:", offences);
  });
});

function inRoom(folder: string): (path: string) => boolean {
  return (path) => path.startsWith(folder);
}

/** Whether `process` means a child there, whose pipes are no streams of ours. */
function namesChildrenProcess(file: SourceFile): boolean {
  return /\bconst process\b|\bprocess: ChildProcess\b/.test(file.code);
}

function lineCap(path: string): number {
  return /^commands\/[^/]+\//.test(path) ? 120 : 300;
}

function mayNameEngines(path: string): boolean {
  return path.startsWith("drivers/") || /^lib\/config\/(?:.*-)?targets?(?:-.*)?\.ts$/.test(path);
}

function castsIn(file: SourceFile): readonly string[] {
  const withoutRenames = file.code.replace(/\b(?:import|export)\s+(?:type\s+)?[{*][^;]*?(?:;|\})/g, (statement) =>
    statement.replaceAll(/[^\n]/g, " "),
  );
  return findPattern(file, /\bas\s+(?!const\b)[\w{[(][\w.<]*/g, withoutRenames);
}

function engineIdentifiersIn(file: SourceFile): readonly string[] {
  // `sqlite:` as a key is a kind of backup file, and those may be named.
  return findPattern(file, /\b(?!sqlite:)[A-Za-z_$][\w$]*/g).filter((place) => {
    const identifier = place.slice(place.lastIndexOf(" ") + 1);
    const words = identifier
      .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
      .toLowerCase()
      .split(/[\s_$]+/);
    return /sqlite|postgres/i.test(identifier) || words.some((word) => ["pg", "psql", "libpq"].includes(word));
  });
}
