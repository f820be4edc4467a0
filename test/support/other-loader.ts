import { spawn } from "node:child_process";
import { once } from "node:events";

const PATIENCE_MS = 30_000;

/** What another program made of a file: its exit code, or that it had to be ended. */
export type LoaderEnd = { readonly kind: "exit"; readonly code: number } | { readonly kind: "hung" };

/** Copies a SQLite file by pgloader as its manual says; null where it is not installed. */
export async function runPgloader(file: string, url: string): Promise<LoaderEnd | null> {
  const child = spawn("pgloader", ["--no-ssl-cert-verification", `sqlite://${file}`, url], {
    stdio: "ignore",
    detached: true,
  });
  const over = AbortSignal.timeout(PATIENCE_MS);
  try {
    const [code] = await once(child, "close", { signal: over });
    return { kind: "exit", code: typeof code === "number" ? code : -1 };
  } catch {
    if (!over.aborted) return null;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    return { kind: "hung" };
  }
}
