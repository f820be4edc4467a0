/**
 * Flags of copies that do something only where the engine of what is copied leaves a choice, as one that does not hold columns
 * to their types. As they are typed: with a value, others of the flag's values always do something.
 */
export const SOURCE_FLAGS = [
  "--on-mismatch",
  "--nul",
  "--invalid-utf8",
  "--orphans reject",
  "--null-key",
  "--tight",
  "--assume-tz",
  "--epoch",
  "--bool",
  "--json-as",
] as const;

/** Flags of copies that do something only where the engine of the target leaves a choice. */
export const TARGET_FLAGS = ["--numeric", "--no-strict"] as const;

/** Those that do something for an engine. */
export interface CopyFlags {
  readonly asSource: readonly (typeof SOURCE_FLAGS)[number][];
  readonly asTarget: readonly (typeof TARGET_FLAGS)[number][];
}
