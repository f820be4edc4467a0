import { isStream } from "../system/output-stream.js";
import { type FormWish, type OutputForm, outputForm } from "./output-form.js";

/** Where an export goes, and as what. */
export interface Output {
  readonly form: OutputForm;
  /** Absolute; null = the standard output. */
  readonly path: string | null;
  /** What was written there cannot be taken back. */
  readonly isStreamed: boolean;
}

/** What the name of an output and what stands there mean together; `path` is null for the standard output. USAGE.INVALID. */
export async function findOutput(wish: Omit<FormWish, "isStream">, path: string | null): Promise<Output> {
  const isPipe = path !== null && (await isStream(path));
  return { form: outputForm({ ...wish, isStream: isPipe }), path, isStreamed: path === null || isPipe };
}
