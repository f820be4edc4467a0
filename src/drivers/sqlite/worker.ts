import { asDbopsError, DbopsError } from "../../lib/core/errors.js";
import type { Fingerprint } from "../fingerprint-model.js";
import { btreeSizes } from "./btree-sizes.js";
import { bufferOf } from "./buffer-of.js";
import { conditionOf } from "./condition.js";
import { Connection } from "./connection.js";
import { translateError } from "./errors.js";
import { countTables, describe, hashTables } from "./fingerprint.js";
import { copyHeldImage } from "./held-image.js";
import { copyDatabase } from "./page-copy.js";
import { PageFile } from "./page-file.js";
import { overwriteDatabase } from "./page-overwrite.js";
import { ScriptLoad } from "./script-load.js";
import type { ViewAnswer, ViewQuestion } from "./view-protocol.js";
import { ViewSession } from "./view-session.js";
import {
  type FingerprintRequest,
  isWorkerRequest,
  type OpenRequest,
  type ScriptRequest,
  type WorkerReply,
  type WorkerRequest,
  type WorkerResult,
} from "./worker-protocol.js";

/*
 * The forked child: long statements block a process and its signals, so they run here, where a kill harms nothing.
 * It ends when its parent lets go of the channel, or dies.
 */
const CACHE_KIB = 2000;
const stopping = new AbortController();
let queue: Promise<void> = Promise.resolve();
let script: ScriptLoad | null = null;
let view: ViewSession | null = null;

process.on("message", (message: unknown) => {
  if (isWorkerRequest(message)) queue = queue.then(() => answer(message));
});
process.on("disconnect", () => stopping.abort());
process.on("SIGTERM", () => {
  stopping.abort();
  void queue.finally(() => process.connected && process.disconnect());
});

async function answer(request: WorkerRequest): Promise<void> {
  try {
    stopping.signal.throwIfAborted();
    send({ kind: "result", result: await work(request) });
  } catch (error) {
    const { code, message, why, hint } = asDbopsError(translateError(error, `${request.kind} failed`));
    send({ kind: "failed", code, message, why, hint });
  }
}

async function work(request: WorkerRequest): Promise<WorkerResult> {
  switch (request.kind) {
    case "copy":
      return { of: "copy", value: await copyDatabase(request, { progress, signal: stopping.signal }) };
    case "image":
      await copyHeldImage(request.path, request.destination);
      return { of: "image" };
    case "overwrite":
      await overwriteDatabase(request, { progress, keeping, signal: stopping.signal });
      return { of: "overwrite" };
    case "check":
      return { of: "check", value: reading(request.database, conditionOf) };
    case "fingerprint":
      return { of: "fingerprint", value: await fingerprint(request) };
    case "sizes":
      return { of: "sizes", value: reading(request.database, btreeSizes) };
    case "view":
      return { of: "view", value: lookAt(request.question) };
    default:
      return runScript(request);
  }
}

/** Records are read past SQLite, and so only of a file that nobody else can change: the connection is closed before. */
async function fingerprint({ database, mode }: FingerprintRequest): Promise<Fingerprint> {
  if (mode !== "hash") return reading(database, (connection) => countTables(connection, mode));
  if (!database.isPrivate) throw new DbopsError("RUN.BUG", { message: "rows are hashed of private copies only" });
  const outline = reading(database, describe);
  await using file = await PageFile.open(database.path);
  return hashTables(outline, file);
}

/** The view's transaction ends with this process. */
function lookAt(question: ViewQuestion): ViewAnswer {
  if (question.ask === "open") {
    view = new ViewSession(question.database);
    return { to: "open" };
  }
  if (view === null) throw new DbopsError("RUN.BUG", { message: "a view was asked before it was opened" });
  return view.answer(question);
}

function runScript(request: ScriptRequest): WorkerResult {
  if (request.kind === "scriptBegin") script = new ScriptLoad(request.path);
  if (script === null) throw new DbopsError("RUN.BUG", { message: "a script was sent without its beginning" });
  if (request.kind === "scriptEnd") return { of: "script", value: script.end() };
  if (request.kind === "scriptPiece") script.take(bufferOf(request.bytes));
  return { of: "scriptPiece" };
}

/** What reads here walks the file once from end to end, where a large cache costs memory and finds nothing. */
function limitCache(connection: Connection): void {
  try {
    connection.db.pragma(`cache_size = -${CACHE_KIB}`);
  } catch {
    // The pragma reads the schema, and one that is damaged is for the work itself to find.
  }
}

/** Everything in one read transaction. */
function reading<T>(database: OpenRequest, work: (connection: Connection) => T): T {
  using connection = new Connection(database.path, database);
  if (database.isPrivate) connection.db.pragma("locking_mode = EXCLUSIVE");
  limitCache(connection);
  connection.db.exec("BEGIN");
  try {
    return work(connection);
  } finally {
    if (connection.db.inTransaction) connection.db.exec("ROLLBACK");
  }
}

function progress(donePages: number, totalPages: number): void {
  send({ kind: "progress", stage: "copy", donePages, totalPages });
}

function keeping(donePages: number, totalPages: number): void {
  send({ kind: "progress", stage: "keep", donePages, totalPages });
}

function send(reply: WorkerReply): void {
  if (process.connected) process.send?.(reply);
}
