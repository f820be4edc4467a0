import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Programs that tests recover data with, as people without dbops would, by the Debian package that brings each. */
const PACKAGES: Readonly<Record<string, string>> = {
  age: "age",
  "age-keygen": "age",
  zstd: "zstd",
  gzip: "gzip",
  sqlite3: "sqlite3",
  sha256sum: "coreutils",
  tar: "tar",
  script: "bsdutils",
  setpriv: "util-linux",
};

/** Makes sure of them: installed under CI=true or DBOPS_TEST_INSTALL=1, else an error with the one command to run. */
export async function requireStockPrograms(): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  if (process.env.CI === "true" || process.env.DBOPS_TEST_INSTALL === "1") {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env });
    await run("apt-get", ["install", "-y", ...missing], { env });
    if ((await missingPackages()).length === 0) return;
  }
  throw new Error(
    `the tests need more programs; install them with: apt-get install -y ${missing.join(" ")}   (or set DBOPS_TEST_INSTALL=1)`,
  );
}

async function missingPackages(): Promise<string[]> {
  const missing = new Set<string>();
  for (const [program, packageName] of Object.entries(PACKAGES)) {
    if (!(await isInstalled(program))) missing.add(packageName);
  }
  return [...missing];
}

async function isInstalled(program: string): Promise<boolean> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const isThere = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}
