import { CopyOut } from "../copy-out.js";
import { plainShape } from "../row-shape.js";
import type { Session } from "../session.js";
import { type RowBatch, RowBatches } from "./row-batches.js";

/** Runs a `COPY … TO STDOUT` and gives its rows as they come. Whoever leaves early must close the session. DB.*, CONNECT.LOST. */
export async function* copiedRows(session: Session, statement: string, doing: string): AsyncGenerator<RowBatch> {
  const batches = new RowBatches();
  session.submit(new CopyOut(statement, { shape: plainShape, stream: batches }), doing).then(
    () => batches.finish(),
    (error: unknown) => batches.fail(error),
  );
  for (let batch = await batches.next(); batch !== null; batch = await batches.next()) yield batch;
}
