import { join } from "node:path";
import type { ChildSpec } from "../../lib/system/child-registry.js";
import type { DriverContext } from "../driver.js";
import { type ConnInfo, connectionString, type ServerAddress } from "./conn-info.js";
import { writePassFile } from "./pass-file.js";
import type { Tool } from "./tools.js";

/** Where and as whom a child program connects. */
export interface ChildTarget {
  readonly conn: ConnInfo;
  /** The server that our own session is connected to: a child must not choose another. */
  readonly server: ServerAddress;
}

/** A child program connected like our own sessions: `-d` without password, and the password in a 0600 passfile. */
export async function connectedProgram(
  tool: Tool,
  target: ChildTarget,
  options: { readonly args: readonly string[]; readonly context: DriverContext; readonly serverOptions?: string },
): Promise<ChildSpec> {
  const { args, context, serverOptions } = options;
  const folder = await context.workDir();
  const passFile = await writePassFile(target.conn, target.server, folder);
  const joined = [target.conn.options, serverOptions ?? null].filter((text) => text !== null).join(" ");
  const conn = { ...target.conn, options: joined === "" ? null : joined };
  return {
    command: tool.path,
    args: [...args, "--no-password", `--dbname=${connectionString(conn, target.server)}`],
    env: {
      ...plainEnvironment(context),
      PGPASSFILE: passFile ?? join(folder, "no-passfile"),
      PGAPPNAME: `dbops ${context.run}`,
    },
  };
}

/** What a program that does not connect needs: no PG* variable reaches it, and it speaks English. */
export function plainEnvironment({ env }: DriverContext): Readonly<Record<string, string | undefined>> {
  return { PATH: env.PATH, HOME: env.HOME, TMPDIR: env.TMPDIR, TZ: env.TZ, KRB5CCNAME: env.KRB5CCNAME, LC_ALL: "C" };
}
