import type { NotCarried, UncarriedKind } from "../../drivers/copy-source-model.js";
import type { CopyReport } from "./copy-report.js";

/** What may be left behind without the copy being one in part. */
export type AllowedUncarried = "all" | readonly UncarriedKind[];

/** Notes come last: they never count. */
export function reportNotCarried(
  { notCarried, notes }: { readonly notCarried: readonly NotCarried[]; readonly notes: readonly string[] },
  allowed: AllowedUncarried,
): CopyReport["notCarried"] {
  return [
    ...notCarried.map(({ kind, name, reason, sql }) => {
      const isAllowed = allowed === "all" || allowed.includes(kind);
      return { kind, name, class: isAllowed ? ("allowed" as const) : ("counted" as const), reason, sql };
    }),
    ...notes.map((note) => ({ kind: "notes", name: note, class: "note", reason: note, sql: null }) as const),
  ];
}
