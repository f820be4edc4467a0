import type { Paint } from "./colour.js";
import type { Symbols } from "./symbols.js";

/** How text for people looks on one stream. */
export interface Style {
  readonly paint: Paint;
  readonly symbols: Symbols;
  /** Columns to fit into, or null when the stream is no terminal: then nothing is ever cut. */
  readonly width: number | null;
  /** Makes data fit to be shown: redacted before anything is cut, control characters written out. */
  readonly clean: (data: string) => string;
}
