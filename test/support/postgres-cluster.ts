import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chown, mkdtemp, readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const VERSIONED = ["/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt"];
const INSTALL = "apt-get install -y postgresql";
const MEMORY = "/dev/shm";
const ROOM_BYTES = 2 * 1024 ** 3;

export interface ClusterOptions {
  /** How TCP connections authenticate; the socket always trusts. The superuser's password is `superuserPassword`. */
  readonly auth?: "trust" | "scram-sha-256";
  /** Pages carry checksums. */
  readonly hasChecksums?: boolean;
  /** Lines for postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A private PostgreSQL server for tests: fsync off, 127.0.0.1 and a Unix socket, removed when stopped. */
export interface Cluster extends AsyncDisposable {
  readonly socketDir: string;
  readonly dataDir: string;
  readonly port: number;
  readonly binDir: string;
  readonly superuserUrl: string;
  /** Over TCP, as the superuser unless another user is named. */
  url(database: string, user?: string): string;
  /** All that the server has said so far. */
  log(): string;
  stop(): Promise<void>;
}

export const superuserPassword = "cluster secret";

/** Starts a throw-away cluster; throws with the command to run when no server is installed. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const binDir = await serverBinaries();
  const owner = await serverUser();
  const folder = await clusterFolder();
  const port = await freePort();
  await writeFile(join(folder, "pw"), `${superuserPassword}\n`);
  if (owner !== null) {
    await chown(folder, owner.uid, owner.gid);
    await chown(join(folder, "pw"), owner.uid, owner.gid);
  }
  const dataDir = join(folder, "data");
  const auth = options.auth ?? "trust";
  const how = { cwd: folder, env: { ...process.env, LC_ALL: "C" }, ...(owner ?? {}) };
  await run(
    join(binDir, "initdb"),
    ["-D", dataDir, "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--auth-local=trust"].concat([
      `--auth-host=${auth}`,
      `--pwfile=${join(folder, "pw")}`,
      ...(options.hasChecksums === true ? ["--data-checksums"] : []),
    ]),
    how,
  );
  return await startServer({ folder, port, binDir, owner }, options.settings ?? {});
}

/** A hot standby of it, which streams from it. */
export async function startStandby(primary: Cluster): Promise<Cluster> {
  const { binDir } = primary;
  const owner = await serverUser();
  const folder = await clusterFolder();
  if (owner !== null) await chown(folder, owner.uid, owner.gid);
  const words = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync", `--dbname=${primary.superuserUrl}`];
  const how = { cwd: folder, env: { ...process.env, PGPASSWORD: superuserPassword }, ...(owner ?? {}) };
  await run(join(binDir, "pg_basebackup"), ["-D", join(folder, "data"), ...words], how);
  return await startServer({ folder, port: await freePort(), binDir, owner }, {});
}

/** In memory where there is room: a new database is 300 files, which costs most file systems several times as much. */
async function clusterFolder(): Promise<string> {
  const freeBytes = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return await mkdtemp(`${freeBytes > ROOM_BYTES ? MEMORY : "/tmp"}/dbpg-`);
}

interface Place {
  readonly folder: string;
  readonly port: number;
  readonly binDir: string;
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

async function startServer(
  { folder, port, binDir, owner }: Place,
  settings: Readonly<Record<string, string>>,
): Promise<Cluster> {
  const dataDir = join(folder, "data");
  const all = Object.entries({ ...baseSettings(port, folder), ...settings });
  const args = all.flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(join(binDir, "postgres"), ["-D", dataDir, ...args], {
    cwd: folder,
    env: { ...process.env, LC_ALL: "C" },
    ...(owner ?? {}),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log = await readyLog(server);
  const stop = async (): Promise<void> => {
    await stopServer(server);
    await rm(folder, { recursive: true, force: true });
  };
  const url = (database: string, user = "postgres"): string =>
    `postgres://${user}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const superuserUrl = url("postgres");
  return { socketDir: folder, dataDir, port, binDir, superuserUrl, url, log, stop, [Symbol.asyncDispose]: stop };
}

function baseSettings(port: number, folder: string): Record<string, string> {
  return {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    max_connections: "60",
    max_wal_size: "256MB",
    log_min_messages: "log",
  };
}

/** The folder of the server's and the client's programs. */
export async function serverBinaries(): Promise<string> {
  const found = await findServerBinaries();
  if (found !== null) return found;
  const mayInstall = process.env.CI === "true" || process.env.DBOPS_TEST_INSTALL === "1";
  if (mayInstall) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env });
    await run("apt-get", ["install", "-y", "postgresql"], { env });
    const installed = await findServerBinaries();
    if (installed !== null) return installed;
  }
  throw new Error(
    `the tests need a PostgreSQL server; install one with: ${INSTALL}   (or set DBOPS_TEST_INSTALL=1 to let the tests do it)`,
  );
}

async function findServerBinaries(): Promise<string | null> {
  const candidates: string[] = [];
  await run("pg_config", ["--bindir"]).then(
    ({ stdout }) => candidates.push(stdout.trim()),
    () => undefined,
  );
  candidates.push(...(process.env.PATH ?? "").split(delimiter));
  for (const parent of VERSIONED) {
    const versions = await readdir(parent).catch(() => []);
    const newestFirst = versions.sort((a, b) => b.localeCompare(a, undefined, { numeric: true }));
    candidates.push(...newestFirst.map((version) => join(parent, version, "bin")));
  }
  for (const folder of candidates) {
    const names = new Set(await readdir(folder).catch(() => []));
    if (["initdb", "postgres", "pg_dump"].every((name) => names.has(name))) return folder;
  }
  return null;
}

/** PostgreSQL refuses to run as root: the packaged `postgres` user serves instead. */
async function serverUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  for (const line of (await readFile("/etc/passwd", "utf8")).split("\n")) {
    const [name, , uid, gid] = line.split(":");
    if (name === "postgres") return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error("tests run by root need a `postgres` user, which the postgresql package makes");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

function readyLog(server: ChildProcess): Promise<() => string> {
  let said = "";
  return new Promise((resolve, reject) => {
    server.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      if (/ready to accept (?:read[ -]only )?connections/.test(said)) resolve(() => said);
    });
    server.once("exit", () => reject(new Error(`the test server did not start: ${said}`)));
    server.once("error", reject);
  });
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGQUIT");
  await ended;
}
