import { Readable } from "node:stream";
import { DbopsError } from "../../lib/core/errors.js";
import type { DriverContext } from "../driver.js";
import type { Production } from "../snapshot-model.js";
import { type ChildTarget, connectedProgram } from "./child-program.js";
import type { ServerNature } from "./server-facts.js";
import type { Tools } from "./tools.js";

export interface Globals {
  /** Roles and tablespaces as SQL; null when this user may not read them. */
  readonly sql: string | null;
  /** Why there is none. */
  readonly trouble: string | null;
}

/** Reads what belongs to the server rather than to the database. TOOL.*. */
export async function dumpGlobals(
  target: ChildTarget,
  options: { readonly context: DriverContext; readonly tools: Tools; readonly nature: ServerNature },
): Promise<Globals> {
  const { context, tools, nature } = options;
  const tool = await tools.find("pg_dumpall", nature.major);
  const passwords = nature.isSuperuser ? [] : ["--no-role-passwords"];
  const args = ["--globals-only", ...passwords, `--database=${target.conn.database}`];
  const spec = await connectedProgram(tool, target, { args, context });
  try {
    return { sql: (await context.children.run(spec, context.signal)).stdout, trouble: null };
  } catch (error) {
    if (!(error instanceof DbopsError) || error.code !== "TOOL.FAILED") throw error;
    return { sql: null, trouble: `${error.message}: ${error.why}` };
  }
}

/** A small text as a production. */
export function textProduction(text: string): Production {
  const bytes = Buffer.from(text, "utf8");
  return { stream: Readable.from([bytes]), ended: Promise.resolve({ bytes: bytes.length }) };
}
