/** What a copy may have to leave behind, as `--allow-uncarried` names it. */
export const UNCARRIED_KINDS = [
  "triggers",
  "rules",
  "policies",
  "views",
  "checks",
  "exclusions",
  "indexes",
  "foreign-keys",
  "defaults",
  "generated",
  "inheritance",
  "classes",
  "sequences",
  "functions",
  "large-objects",
] as const;
export type UncarriedKind = (typeof UNCARRIED_KINDS)[number];
