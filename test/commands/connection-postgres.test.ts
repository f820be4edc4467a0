import { execFile } from "node:child_process";
import { chown, copyFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { onServer } from "../support/fresh-database.js";
import { type Cluster, startCluster, superuserPassword } from "../support/postgres-cluster.js";
import { type RunResult, runCli } from "../support/run-cli.js";

const run = promisify(execFile);
const CANARY = "c4nary-passw0rd";

let folder: string;
let cluster: Cluster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-connection-"));
  cluster = await startCluster({
    auth: "scram-sha-256",
    settings: { max_connections: "8", superuser_reserved_connections: "2", max_wal_senders: "0", wal_level: "minimal" },
  });
  await asSuperuser(`CREATE ROLE app LOGIN PASSWORD '${CANARY}'`);
  await asSuperuser("CREATE ROLE nologin PASSWORD 'x'");
  await asSuperuser("CREATE ROLE limited LOGIN PASSWORD 'limited' CONNECTION LIMIT 0");
  await asSuperuser("CREATE DATABASE closed ALLOW_CONNECTIONS false");
  await asSuperuser("CREATE DATABASE private");
  await asSuperuser("REVOKE CONNECT ON DATABASE private FROM PUBLIC");
});

afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

async function asSuperuser(sql: string): Promise<Record<string, unknown>[]> {
  return await onServer(urlOf({ user: "postgres", password: superuserPassword }), sql);
}

function urlOf(parts: { user?: string; password?: string; database?: string; query?: string } = {}): string {
  const { user = "app", password = CANARY, database = "postgres", query = "" } = parts;
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${cluster.port}/${database}${query}`;
}

async function info(url: string, env: Record<string, string> = {}): Promise<RunResult> {
  return await runCli(["info", url, "--json"], { cwd: folder, env });
}

/** What a connection that cannot be made ends with; exit 6, no data, and a reason and a hint of its own. */
async function trouble(
  url: string,
  env: Record<string, string> = {},
): Promise<{ code: string; why: string; hint: string }> {
  const { exit, stdout, stderr, json } = await info(url, env);
  const { ok, data, error } = json();
  expect({ exit, ok, data }).toEqual({ exit: 6, ok: false, data: null });
  expect(error.why).toBeTypeOf("string");
  expect(error.hint).toBeTypeOf("string");
  expect(stdout + stderr).not.toContain(CANARY);
  return error;
}

test("with the right password everything is fine", async () => {
  const { exit, json } = await info(urlOf());
  expect(exit).toBe(0);
  expect(json().data.databases[0].info.engine).toBe("postgres");
});

describe("the address", () => {
  test("has a host that does not exist", async () => {
    const { code, hint } = await trouble("postgres://app:x@no-such-host.invalid/app");
    expect(code).toBe("CONNECT.NO_HOST");
    expect(hint).toMatch(/name/);
  });

  test("has nothing that listens", async () => {
    const { code, hint } = await trouble(`postgres://app:x@127.0.0.1:${await unusedPort()}/app`);
    expect(code).toBe("CONNECT.REFUSED");
    expect(hint).toContain("port");
  });

  test("is a socket folder without a server", async () => {
    const { code, hint } = await trouble(`postgres:///app?host=${encodeURIComponent(folder)}&user=app`);
    expect(code).toBe("CONNECT.REFUSED");
    expect(hint).toContain("socket");
  });

  test("never answers", async () => {
    await using silent = await listening(createServer(() => {}));
    const { code } = await trouble(`postgres://app:x@127.0.0.1:${silent.port}/app`, { DBOPS_CONNECT_TIMEOUT: "300ms" });
    expect(code).toBe("CONNECT.TIMEOUT");
  });

  test("hangs up", async () => {
    await using rude = await listening(createServer((socket) => socket.destroy()));
    expect((await trouble(`postgres://app:x@127.0.0.1:${rude.port}/app?sslmode=disable`)).code).toBe("CONNECT.LOST");
    expect((await trouble(`postgres://app:x@127.0.0.1:${rude.port}/app`)).code).toBe("CONNECT.LOST");
  });

  test("belongs to a server of another kind", async () => {
    await using web = await listening(createHttpServer());
    const { code, hint } = await trouble(`postgres://app:x@127.0.0.1:${web.port}/app`);
    expect(code).toBe("CONNECT.NOT_A_DATABASE");
    expect(hint).toContain("check the port");
  });

  test("has a second host that answers", async () => {
    const url = urlOf().replace("127.0.0.1:", `127.0.0.1:${await unusedPort()},127.0.0.1:`);
    expect((await info(url)).exit).toBe(0);
  });
});

describe("the user", () => {
  test("has another password, for people and for scripts", async () => {
    const url = urlOf({ password: `wrong ${CANARY}` });
    const { code, hint, why } = await trouble(url);
    expect(code).toBe("CONNECT.PASSWORD");
    expect(why).toContain("28P01");
    expect(hint).toContain("passfile");
    const human = await runCli(["info", url], { cwd: folder });
    expect([human.exit, human.stdout]).toEqual([6, ""]);
    expect(human.stderr).toContain("CONNECT.PASSWORD");
    expect(human.stderr).not.toContain(CANARY);
  });

  test("gives no password", async () => {
    const { code, why } = await trouble(`postgres://app@127.0.0.1:${cluster.port}/postgres`);
    expect([code, why]).toEqual(["CONNECT.PASSWORD", "the server asks for a password, and none was given"]);
  });

  test("does not exist", async () => {
    expect((await trouble(urlOf({ user: "nobody" }))).code).toBe("CONNECT.PASSWORD");
  });

  test("may not log in", async () => {
    const { code, hint } = await trouble(urlOf({ user: "nologin", password: "x" }));
    expect(code).toBe("CONNECT.NOT_PERMITTED");
    expect(hint).toContain("LOGIN");
  });

  test("may not use that database", async () => {
    const { code, hint } = await trouble(urlOf({ database: "private" }));
    expect(code).toBe("CONNECT.NOT_PERMITTED");
    expect(hint).toContain("GRANT CONNECT");
  });
});

describe("the server", () => {
  test("has no such database", async () => {
    const { code, hint } = await trouble(urlOf({ database: "missing" }));
    expect(code).toBe("CONNECT.NO_DATABASE");
    expect(hint).toContain("psql -l");
  });

  test("does not let anybody into that database", async () => {
    expect((await trouble(urlOf({ database: "closed" }))).code).toBe("CONNECT.NOT_PERMITTED");
  });

  test("has no connection left for this user", async () => {
    expect((await trouble(urlOf({ user: "limited", password: "limited" }))).code).toBe("CONNECT.TOO_MANY");
  });

  test("has no connection left for anybody", async () => {
    const clients: pg.Client[] = [];
    try {
      await fill(clients);
      const { code, hint } = await trouble(urlOf());
      expect(code).toBe("CONNECT.TOO_MANY");
      expect(hint).toContain("max_connections");
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  });

  test("has no TLS and it is demanded", async () => {
    for (const sslmode of ["require", "verify-full&sslrootcert=system"]) {
      const { code, hint } = await trouble(urlOf({ query: `?sslmode=${sslmode}` }));
      expect(code).toBe("CONNECT.TLS");
      expect(hint).toContain("sslmode=prefer");
    }
  });
});

describe("the server's certificate", () => {
  beforeAll(async () => {
    const [key, cert] = [join(cluster.dataDir, "server.key"), join(cluster.dataDir, "server.crt")];
    await run(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=db.example"].concat([
        "-addext",
        "subjectAltName=DNS:db.example,IP:127.0.0.1",
        "-keyout",
        key,
        "-out",
        cert,
      ]),
    );
    await copyFile(cert, join(folder, "ca.crt"));
    const { uid, gid } = await stat(cluster.dataDir);
    for (const path of [key, cert]) await chown(path, uid, gid);
    await asSuperuser("ALTER SYSTEM SET ssl = on");
    await asSuperuser("SELECT pg_reload_conf()");
    await vi.waitFor(async () => expect((await asSuperuser("SHOW ssl"))[0]?.ssl).toBe("on"));
  });

  test("is not looked at with sslmode=require", async () => {
    expect((await info(urlOf({ query: "?sslmode=require" }))).exit).toBe(0);
  });

  test("is signed by nobody who is known", async () => {
    const { code, hint } = await trouble(urlOf({ query: "?sslmode=verify-full&sslrootcert=system" }));
    expect(code).toBe("CONNECT.TLS");
    expect(hint).toContain("sslrootcert");
  });

  test("is for another host", async () => {
    const url = urlOf({ query: `?sslmode=verify-full&sslrootcert=${join(folder, "ca.crt")}` });
    expect((await info(url)).exit).toBe(0);
    const { code, hint } = await trouble(url.replace("127.0.0.1", "localhost"));
    expect(code).toBe("CONNECT.TLS");
    expect(hint).toContain("verify-ca");
  });

  test("is accepted with verify-ca", async () => {
    expect((await info(urlOf({ query: `?sslmode=verify-ca&sslrootcert=${join(folder, "ca.crt")}` }))).exit).toBe(0);
  });

  test("is to be checked and there is nothing to check it by", async () => {
    const { code, hint } = await trouble(urlOf({ query: "?sslmode=verify-ca" }));
    expect(code).toBe("CONNECT.TLS");
    expect(hint).toContain("sslrootcert=system");
  });

  test("is to be checked by a file that is not there", async () => {
    const { code, why } = await trouble(
      urlOf({ query: `?sslmode=verify-full&sslrootcert=${join(folder, "none.crt")}` }),
    );
    expect(code).toBe("CONNECT.TLS");
    expect(why).toContain("none.crt");
  });
});

// The last one: the server never comes back.
test("the server waits for its last session before it stops", async () => {
  const client = new pg.Client({ connectionString: urlOf() });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const [pid = ""] = (await readFile(join(cluster.dataDir, "postmaster.pid"), "utf8")).split("\n");
    process.kill(Number(pid), "SIGTERM");
    await vi.waitFor(() => expect(onServer(urlOf(), "SELECT 1")).rejects.toThrow("shutting down"));
    const { code, hint } = await trouble(urlOf());
    expect(code).toBe("CONNECT.STARTING");
    expect(hint).toContain("wait");
  } finally {
    await client.end();
  }
});

/** Takes every connection that ordinary users may have. */
async function fill(clients: pg.Client[]): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: urlOf() });
    client.on("error", () => undefined);
    try {
      await client.connect();
      clients.push(client);
    } catch {
      await client.end().catch(() => undefined);
      return;
    }
  }
}

async function unusedPort(): Promise<number> {
  await using server = await listening(createServer());
  return server.port;
}

async function listening(server: Server): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<{ destroy(): unknown }>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
