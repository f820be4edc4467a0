import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, inject, test } from "vitest";
import { sqlStateOf, translateError } from "#dbops/drivers/postgres/errors.js";
import { onServer } from "../support/fresh-database.js";

test("a pipe that breaks is a lost connection, and no SQLSTATE", async () => {
  const deaf = spawn("sh", ["-c", "exec 0<&-; echo closed; exec sleep 600"], { stdio: ["pipe", "pipe", "ignore"] });
  await once(deaf.stdout, "data");
  deaf.stdin.write("x");
  const [error] = await once(deaf.stdin, "error");
  deaf.kill("SIGKILL");
  expect(error.code).toBe("EPIPE");
  const translated = translateError(error, "load into t");
  expect([translated.code, translated.exit, sqlStateOf(translated)]).toEqual(["CONNECT.LOST", 6, null]);
  expect(translated.why).not.toContain("SQLSTATE");
});

test("a server may use the same five letters", async () => {
  const raised = onServer(inject("postgresUrl"), "DO $$ BEGIN RAISE 'own' USING ERRCODE = 'EPIPE'; END $$");
  const error: unknown = await raised.catch((thrown: unknown) => thrown);
  const translated = translateError(error, "load into t");
  expect([translated.code, sqlStateOf(translated)]).toEqual(["DB.REFUSED", "EPIPE"]);
});
