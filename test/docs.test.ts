import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { GROUPS } from "#dbops/commands/groups.js";
import { COMMANDS } from "#dbops/commands/registry.js";
import { SETTINGS } from "#dbops/lib/config/settings.js";
import { ERROR_CODES } from "#dbops/lib/core/error-codes.js";
import { EXIT_CODES } from "#dbops/lib/core/exit-codes.js";
import { envelope } from "#dbops/lib/runtime/envelope.js";
import { GLOBAL_OPTIONS } from "#dbops/lib/runtime/global-flags.js";
import { HELP_TOPICS } from "#dbops/lib/runtime/help-topics.js";
import { parseCommandLine } from "#dbops/program.js";
import { readSources } from "./support/source-walk.js";

const run = promisify(execFile);
const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const TABLE = { groups: GROUPS, commands: COMMANDS };
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** The pages that people write by hand and those that `npm run docs` writes. */
const PAGES = ["README.md", "CONTRIBUTING.md", ...filesBelow("docs").filter((path) => path.endsWith(".md"))];

describe("what is written from the code", () => {
  test("is as the code says", async () => {
    const { stdout } = await run(process.execPath, ["docs/generate.js", "--check"], { cwd: ROOT }).catch(
      (error: { stdout: string; stderr: string }) => ({ stdout: error.stdout + error.stderr }),
    );
    expect(stdout).toBe("");
  });

  test("has every command, exit code, error code, setting and key of --json", () => {
    for (const { path } of COMMANDS) expect(read("docs/json.md")).toContain(`## ${path}\n`);
    for (const { code } of Object.values(EXIT_CODES)) expect(read("README.md")).toContain(`\n| ${code} | `);
    for (const code of Object.keys(ERROR_CODES)) expect(read("docs/errors.md")).toContain(`\`${code}\``);
    for (const { key, variable } of Object.values(SETTINGS)) {
      expect(read("docs/config.md")).toContain(`\`${key}\``);
      expect(read("docs/config.md")).toContain(`\`${variable}\``);
    }
    const parts = { exit: 0, command: "", run: "", targets: [], startedAt: "", durationMs: 0, data: null };
    for (const key of Object.keys(envelope({ ...parts, error: null, warnings: [] })))
      expect(read("docs/json.md")).toContain(`\n| \`${key}\` | `);
  });

  test("--help names every command and every topic", async () => {
    const asked = await parseCommandLine({ argv: ["--help"], passThrough: null, version: "" }, TABLE);
    const help = asked.kind === "print" ? asked.text : "";
    for (const { path, summary } of COMMANDS)
      expect(help).toMatch(new RegExp(`^ {2}${path} .*${literal(summary)}$`, "m"));
    for (const { name } of HELP_TOPICS) expect(help).toContain(name);
  });
});

describe("error codes", () => {
  const used = readSources()
    .filter(({ path }) => path !== "lib/core/error-codes.ts")
    .flatMap(({ withStrings }) => [...withStrings.matchAll(/"([A-Z]+\.[A-Z_0-9]+)"/g)].map(([, code]) => code ?? ""));

  test("that the code names are in the table", () => {
    expect([...new Set(used)].filter((code) => !(code in ERROR_CODES))).toEqual([]);
  });

  test("of the table are named by the code", () => {
    expect(Object.keys(ERROR_CODES).filter((code) => !used.includes(code))).toEqual([]);
  });

  test("that the pages name exist", () => {
    const area = [...new Set(Object.keys(ERROR_CODES).map((code) => code.split(".")[0]))].join("|");
    for (const page of PAGES) {
      const named = [...read(page).matchAll(new RegExp(String.raw`\b(?:${area})\.[A-Z][A-Z_0-9]+\b`, "g"))].map(
        ([code]) => code,
      );
      expect({ page, unknown: named.filter((code) => !(code in ERROR_CODES)) }).toEqual({ page, unknown: [] });
    }
  });
});

describe("command lines in the pages", () => {
  const lines = PAGES.filter((page) => page !== "docs/commands.md").flatMap((page) =>
    commandLinesIn(read(page)).map((line) => [line, page] as const),
  );

  test.each(lines)("%s (%s)", async (line) => {
    const words = shellWords(line);
    const cut = words.indexOf("--");
    const passThrough = cut === -1 ? null : words.slice(cut + 1);
    const argv = cut === -1 ? words.slice(1) : words.slice(1, cut);
    const asked = await parseCommandLine({ argv, passThrough, version: "" }, TABLE);
    if (asked.kind === "run") asked.command.prepare(asked.raw);
  });

  test("there are plenty", () => {
    expect(lines.length).toBeGreaterThan(40);
  });
});

test("every flag that stands alone in a page exists", async () => {
  const specs = await Promise.all(COMMANDS.map(async ({ load }) => (await load()).spec.options ?? []));
  const known = new Set(
    [...GLOBAL_OPTIONS, ...specs.flat()].flatMap(({ flags }) => flags.match(/--[a-z-]+/g) ?? []).concat(["--help"]),
  );
  for (const page of PAGES) {
    const spans = [...read(page).matchAll(/`(--[a-z][a-z-]*)[^`]*`/g)].map(([, flag]) => flag ?? "");
    expect({ page, unknown: spans.filter((flag) => !known.has(flag)) }).toEqual({ page, unknown: [] });
  }
});

describe("the fault matrix", () => {
  const rows = [...read("README.md").matchAll(/^\| (.+) \| .+ \| `(test\/[^`]+)` "(.+)" \|$/gm)];

  test("has a line for every kind of fault", () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  test.each(rows.map(([, fault, file, title]) => [fault, file, title] as const))(
    "%s: the test exists",
    (_fault, file, title) => {
      expect(read(file ?? "")).toContain(title);
    },
  );
});

test("hints of errors name commands that exist", () => {
  const verbs = new Set(["help", ...GROUPS.map(({ name }) => name), ...COMMANDS.map(({ path }) => path)]);
  const sources = filesBelow("src", true).map((file) => ({ file, lines: read(file).split("\n") }));
  const named = sources.flatMap(({ file, lines }) =>
    lines
      .filter((line) => /\bhint\b/.test(line))
      .flatMap((line) => [...line.matchAll(/(?:`|: )dbops ([a-z]+)/g)].map(([, verb = ""]) => ({ file, verb }))),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ verb }) => !verbs.has(verb))).toEqual([]);
});

test("links lead to files and headings that exist", () => {
  for (const page of PAGES) {
    for (const [, link = ""] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const file = path === "" ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
      expect(existsSync(file), `${page}: ${link}`).toBe(true);
      if (anchor !== undefined) expect(anchorsIn(readFileSync(file, "utf8")), `${page}: ${link}`).toContain(anchor);
    }
  }
});

describe("the repository", () => {
  test("names no machine and no registry", () => {
    const places =
      /(?<![\w.$~)}])\/(?:work|root|Users)\/|"resolved":|\/\/registry\.|registry\s*=\s*http|\/\/[\w.-]+\.(?:internal|corp|local)\b/;
    const files = [".", "src", "test", "bin", "docs", "bench", ".ci"].flatMap((folder) =>
      filesBelow(folder, folder !== "."),
    );
    const named = files.filter((file) => file !== "test/docs.test.ts" && places.test(read(file)));
    expect(named).toEqual([]);
  });

  test(".ci/run is a script", async () => {
    await run("bash", ["-n", ".ci/run"], { cwd: ROOT });
  });

  test("the package holds what runs and what explains, and no tests", async () => {
    const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: ROOT });
    const paths = [...stdout.matchAll(/"path": "([^"]+)"/g)].map(([, path]) => path ?? "");
    expect(paths).toEqual(
      expect.arrayContaining(["bin/dbops.js", "bundle/main.js", "docs/recovery.md", "LICENSE", "README.md"]),
    );
    expect(paths.filter((path) => !/^(?:bin|bundle|docs)\/|^(?:LICENSE|README\.md|package\.json)$/.test(path))).toEqual(
      [],
    );
    expect(paths.filter((path) => path.endsWith(".ts"))).toEqual([]);
  });
});

function filesBelow(folder: string, isDeep = true): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: isDeep, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
}

/** Lines of code blocks and code spans that begin with `dbops`; spans that only show a form are left out. */
function commandLinesIn(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm)].flatMap(([, block]) => (block ?? "").split("\n"));
  const prose = text.replace(/^ *```\w*\n[\s\S]*?^ *```/gm, "");
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? "");
  const lines = [...blocks, ...spans].map((line) => line.trim().replace(/^\$ /, ""));
  return [...new Set(lines.filter((line) => /^dbops (?!.*(?:…|<|VERB|COMMAND|GROUP))/.test(line)))];
}

/** Words as a shell would cut them; a comment or an operator ends the command. */
function shellWords(line: string): string[] {
  const words = [...line.matchAll(/\s+(#)|\s*([|;&<>])|"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'|;&<>]+)/g)];
  const end = words.findIndex(([, comment, operator]) => comment !== undefined || operator !== undefined);
  return (end === -1 ? words : words.slice(0, end)).map(
    ([, , , double, single, plain]) => double ?? single ?? plain ?? "",
  );
}

function anchorsIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading ?? "")
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
