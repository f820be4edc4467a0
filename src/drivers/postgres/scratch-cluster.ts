import { chown, mkdir, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CleanupStack } from "../../lib/core/cleanup-stack.js";
import { DbopsError } from "../../lib/core/errors.js";
import type { Child } from "../../lib/system/child-registry.js";
import type { DriverContext } from "../driver.js";
import { plainEnvironment } from "./child-program.js";
import type { ConnInfo } from "./conn-info.js";
import { scratchPrefix, sweepScratch, writeOwner } from "./scratch-owner.js";
import { type SystemUser, serverUser } from "./system-user.js";
import type { Tool, Tools } from "./tools.js";

const START_LIMIT_MS = 60_000;
const POLL_MS = 20;
/** sockaddr_un holds about 107 bytes; the socket's own name takes 15. */
const SOCKET_DIR_BYTES = 85;
const SETTINGS = {
  listen_addresses: "",
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "4GB",
  autovacuum: "off",
  shared_buffers: "64MB",
  maintenance_work_mem: "64MB",
  max_connections: "50",
  jit: "off",
  logging_collector: "off",
  log_min_messages: "fatal",
} as const;

export interface ScratchCluster extends AsyncDisposable {
  /** As its superuser, in the database `postgres`. */
  readonly conn: ConnInfo;
}

/** Makes and starts a private server on a Unix socket in a 0700 folder; gone when disposed. BACKUP.UNPROVEN, RESOURCE.DISK_FULL. */
export async function startScratchCluster(
  dir: string,
  options: { readonly context: DriverContext; readonly tools: Tools; readonly major: number },
): Promise<ScratchCluster> {
  const { context, tools, major } = options;
  const initdb = await tools.find("initdb", major).catch(asUnproven);
  const owner = await serverUser();
  await mkdir(dir, { recursive: true });
  await sweepScratch(dir);
  const prefix = scratchPrefix(context.run);
  const folder = await mkdtemp(join(dir, prefix));
  const stack = new CleanupStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  try {
    const isShort = Buffer.byteLength(folder) <= SOCKET_DIR_BYTES;
    const sockets = isShort ? folder : await mkdtemp(join(tmpdir(), prefix));
    if (!isShort) stack.defer(() => rm(sockets, { recursive: true, force: true }));
    const say = (server: Child | null) => writeOwner(folder, { server, sockets: isShort ? null : sockets });
    await say(null);
    if (owner !== null) for (const each of new Set([folder, sockets])) await chown(each, owner.uid, owner.gid);
    const server = await startServer({ folder, sockets, owner, initdb, context, say });
    stack.defer(() => server.end());
    await say(server);
    await untilReady(folder, server, context);
    return { conn: connOf(sockets), [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

interface Start {
  readonly folder: string;
  readonly sockets: string;
  readonly owner: SystemUser | null;
  readonly initdb: Tool;
  readonly context: DriverContext;
  /** Names the process that works in the folder, for whoever finds it after a kill. */
  readonly say: (child: Child) => Promise<void>;
}

async function startServer({ folder, sockets, owner, initdb, context, say }: Start): Promise<Child> {
  const bin = dirname(await realpath(initdb.path));
  const how = { cwd: folder, env: plainEnvironment(context), ...(owner ?? {}) };
  const data = join(folder, "data");
  const args = ["-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--auth=trust"];
  await context.children.run({ command: join(bin, "initdb"), args, ...how }, context.signal, say).catch(asUnproven);
  const settings = { ...SETTINGS, unix_socket_directories: sockets };
  const given = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return await context.children.start({
    command: join(bin, "postgres"),
    args: ["-D", data, ...given],
    stdout: "ignore",
    ...how,
  });
}

/** The server writes `ready` into its pid file when it takes connections. */
async function untilReady(folder: string, server: Child, context: DriverContext): Promise<void> {
  const startedMs = context.clock.monotonicMs();
  const end = server.ended.then((ended) => ended);
  for (;;) {
    const text = await readFile(join(folder, "data", "postmaster.pid"), "utf8").catch(() => "");
    if (text.split("\n")[7]?.trim() === "ready") return;
    const died = await Promise.race([end, wait(POLL_MS, null, { signal: context.signal })]);
    if (died !== null) throw notStarted(died.stderr.trim().split("\n").slice(-3).join("\n"));
    if (context.clock.monotonicMs() - startedMs > START_LIMIT_MS)
      throw notStarted("it did not become ready in a minute");
  }
}

function connOf(host: string): ConnInfo {
  return {
    servers: [{ host, port: 5432 }],
    user: "postgres",
    password: null,
    passFile: null,
    database: "postgres",
    sslMode: "disable",
    sslRootCert: null,
    sslCert: null,
    sslKey: null,
    sessionAttributes: "any",
    options: null,
    connectTimeoutMs: null,
    extra: {},
    notices: [],
  };
}

function asUnproven(error: unknown): never {
  if (!(error instanceof DbopsError) || error.code === "RESOURCE.DISK_FULL") throw error;
  throw new DbopsError("BACKUP.UNPROVEN", {
    message: "no throw-away server can be made",
    why: [error.message, error.why].filter((text) => text !== null).join(": "),
    hint: error.hint ?? "give a folder that the server's user can reach: --scratch DIR",
    cause: error,
  });
}

function notStarted(why: string): DbopsError {
  return new DbopsError("BACKUP.UNPROVEN", {
    message: "the throw-away server did not start",
    why: why === "" ? "it said nothing on standard error" : why,
    hint: "give another folder or a server of yours: --scratch DIR|URL",
  });
}
