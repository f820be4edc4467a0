import { chown, copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectedProgram } from "#dbops/drivers/postgres/child-program.js";
import { openSession } from "#dbops/drivers/postgres/connect.js";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { resolveConn } from "#dbops/drivers/postgres/resolve-conn.js";
import { Tools } from "#dbops/drivers/postgres/tools.js";
import { makeAuthority, signCertificate } from "../support/certificates.js";
import { type TestContext, testContext } from "../support/driver-context.js";
import { onServer } from "../support/fresh-database.js";
import { type Cluster, startCluster } from "../support/postgres-cluster.js";
import { CSV, encoded, openView, query } from "../support/postgres-view.js";
import { snapshotRequest } from "../support/snapshot-request.js";
import { keepSnapshot } from "../support/source.js";

let folder: string;
let cluster: Cluster;
let plain: Cluster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-tls-"));
  const logs = { log_connections: "on" };
  [cluster, plain] = await Promise.all([startCluster({ settings: logs }), startCluster()]);
  const authority = await makeAuthority(folder, "right");
  await makeAuthority(folder, "wrong");
  const server = await signCertificate(folder, authority, { name: "server", host: "localhost" });
  const { uid, gid } = await stat(cluster.dataDir);
  for (const [from, name] of [
    [server.cert, "server.crt"],
    [server.key, "server.key"],
  ] as const) {
    await copyFile(from, join(cluster.dataDir, name));
    await chown(join(cluster.dataDir, name), uid, gid);
  }
  const hba = join(cluster.dataDir, "pg_hba.conf");
  const rules = "hostnossl all tls_only all reject\nhostssl all plain_only all reject\n";
  await writeFile(hba, `${rules}${await readFile(hba, "utf8")}`);
  await onServer(cluster.superuserUrl, "CREATE ROLE tls_only LOGIN SUPERUSER; CREATE ROLE plain_only LOGIN SUPERUSER");
  await onServer(cluster.superuserUrl, "CREATE TABLE a AS SELECT i FROM generate_series(1, 5000) i");
  await onServer(cluster.superuserUrl, "ALTER SYSTEM SET ssl = on");
  await onServer(cluster.superuserUrl, "SELECT pg_reload_conf()");
  while ((await onServer(cluster.superuserUrl, "SHOW ssl"))[0]?.ssl !== "on");
});

afterAll(async () => {
  await Promise.all([cluster.stop(), plain.stop()]);
  await rm(folder, { recursive: true, force: true });
});

interface Case {
  readonly query: string;
  readonly host?: string;
  readonly user?: string;
  readonly server?: "tls" | "plain";
}

const ROOT = "sslrootcert=";
const CASES: readonly (readonly [string, Case, "plain" | "tls" | string])[] = [
  ["disable", { query: "sslmode=disable" }, "plain"],
  ["allow", { query: "sslmode=allow" }, "plain"],
  ["allow, where only TLS gets in", { query: "sslmode=allow", user: "tls_only" }, "tls"],
  ["disable, where only TLS gets in", { query: "sslmode=disable", user: "tls_only" }, "CONNECT.NOT_PERMITTED"],
  ["prefer", { query: "sslmode=prefer" }, "tls"],
  ["nothing said", { query: "" }, "tls"],
  ["prefer, where TLS is rejected", { query: "sslmode=prefer", user: "plain_only" }, "plain"],
  ["prefer, without TLS there", { query: "sslmode=prefer", server: "plain" }, "plain"],
  ["prefer, with another CA", { query: `sslmode=prefer&${ROOT}wrong.crt` }, "plain"],
  ["require", { query: "sslmode=require" }, "tls"],
  ["require, without TLS there", { query: "sslmode=require", server: "plain" }, "CONNECT.TLS"],
  ["require, where TLS is rejected", { query: "sslmode=require", user: "plain_only" }, "CONNECT.NOT_PERMITTED"],
  ["require, with its CA and another name", { query: `sslmode=require&${ROOT}right.crt`, host: "127.0.0.1" }, "tls"],
  ["require, with another CA", { query: `sslmode=require&${ROOT}wrong.crt` }, "CONNECT.TLS"],
  ["require, with a CA that is not there", { query: `sslmode=require&${ROOT}none.crt` }, "tls"],
  ["verify-ca", { query: `sslmode=verify-ca&${ROOT}right.crt` }, "tls"],
  ["verify-ca, by another name", { query: `sslmode=verify-ca&${ROOT}right.crt`, host: "127.0.0.1" }, "tls"],
  ["verify-ca, with another CA", { query: `sslmode=verify-ca&${ROOT}wrong.crt` }, "CONNECT.TLS"],
  ["verify-ca, with a CA that is not there", { query: `sslmode=verify-ca&${ROOT}none.crt` }, "CONNECT.TLS"],
  ["verify-ca, without a CA", { query: "sslmode=verify-ca" }, "CONNECT.TLS"],
  ["verify-full", { query: `sslmode=verify-full&${ROOT}right.crt` }, "tls"],
  ["verify-full, by another name", { query: `sslmode=verify-full&${ROOT}right.crt`, host: "127.0.0.1" }, "CONNECT.TLS"],
  ["verify-full, with another CA", { query: `sslmode=verify-full&${ROOT}wrong.crt` }, "CONNECT.TLS"],
  ["verify-full, without TLS there", { query: `sslmode=verify-full&${ROOT}right.crt`, server: "plain" }, "CONNECT.TLS"],
  ["the system's roots, with its CA", { query: `${ROOT}system` }, "tls"],
  ["the system's roots, by another name", { query: `${ROOT}system`, host: "127.0.0.1" }, "CONNECT.TLS"],
];

function urlOf({ query, host = "localhost", user = "postgres", server = "tls" }: Case): string {
  const { port } = server === "tls" ? cluster : plain;
  const words = query.replace(/sslrootcert=(?=\w+\.crt)/, `sslrootcert=${encodeURIComponent(`${folder}/`)}`);
  return `postgres://${user}@${host}:${port}/postgres?${words}`;
}

const ENCRYPTED =
  "SELECT CASE WHEN ssl THEN 'tls' ELSE 'plain' END AS how FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

async function ownConnection(url: string, t: TestContext): Promise<string> {
  try {
    await using session = await openSession(await resolveConn(url, t.context.env), { context: t.context });
    return (await session.one<{ how: string }>(ENCRYPTED)).how;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

/** psql says what pg_dump would see: both connect by libpq, by the same words. */
async function childConnection(url: string, t: TestContext): Promise<string> {
  const conn = await resolveConn(url, t.context.env);
  const [server] = conn.servers;
  if (server === undefined) throw new Error("no server");
  const tool = await new Tools(t.context).find("psql", 0);
  const spec = await connectedProgram(
    tool,
    { conn, server },
    {
      args: ["--no-psqlrc", "--tuples-only", "--no-align", `--command=${ENCRYPTED}`],
      context: t.context,
    },
  );
  return await t.context.children.run(spec, t.context.signal).then(
    ({ stdout }) => stdout.trim(),
    () => "refused",
  );
}

test.each(CASES)("%s: the same for us and for the programs", async (_title, wanted, expected) => {
  await using t = await testContext();
  const env = { ...t.context.env, SSL_CERT_FILE: join(folder, "right.crt") };
  const inWorld = { ...t, context: { ...t.context, env } };
  const own = await ownConnection(urlOf(wanted), inWorld);
  const child = await childConnection(urlOf(wanted), inWorld);
  expect([own, child]).toEqual([expected, expected.startsWith("CONNECT.") ? "refused" : expected]);
});

test("the user's own root certificate is found as libpq finds it", async () => {
  await using t = await testContext();
  await mkdir(join(t.workDir, ".postgresql"));
  for (const [name, expected] of [
    ["right", "tls"],
    ["wrong", "CONNECT.TLS"],
  ] as const) {
    await copyFile(join(folder, `${name}.crt`), join(t.workDir, ".postgresql", "root.crt"));
    const url = urlOf({ query: "sslmode=verify-full" });
    const found = [await ownConnection(url, t), await childConnection(url, t)];
    expect(found).toEqual([expected, expected === "tls" ? "tls" : "refused"]);
  }
});

describe("a backup over TLS", () => {
  test("is whole, and every connection of it is encrypted", async () => {
    await using t = await testContext();
    const location = urlOf({ query: `sslmode=verify-full&${ROOT}right.crt` });
    await using driver = await postgresEngine.open({ engine: "postgres", name: "x", location }, t.context);
    await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir));
    const fingerprint = snapshot.fingerprint();
    const [{ parts }, { tables }] = await Promise.all([keepSnapshot(snapshot), fingerprint]);
    expect([...parts.keys()]).toEqual(["main", "globals", "database"]);
    expect(tables).toMatchObject([{ name: "a", rows: 5000 }]);
    const mine = cluster
      .log()
      .split("\n")
      .filter((line) => line.includes(`application_name=dbops ${t.context.run}`));
    // Ours, pg_dump's and pg_dumpall's.
    expect(mine.length).toBeGreaterThanOrEqual(3);
    expect(mine.filter((line) => !line.includes("SSL enabled"))).toEqual([]);
  });
});

test("rows pass through TLS as they are", async () => {
  const url = new URL(cluster.url("postgres"));
  url.searchParams.set("sslmode", "require");
  await using opened = await openView(url.href);
  const all = await encoded(opened.view, query("SELECT i, repeat('é', 500) AS s FROM generate_series(1, 3000) i"), CSV);
  expect(
    all.content === `i,s\n${Array.from({ length: 3000 }, (_, i) => `${i + 1},${"é".repeat(500)}\n`).join("")}`,
  ).toBe(true);
  expect(
    (await encoded(opened.view, query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), CSV)).content,
  ).toBe("ssl\nt\n");
});
