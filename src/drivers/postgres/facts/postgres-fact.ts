import type { FactName, Facts } from "../../fact-model.js";
import type { SqlRow } from "../session.js";

/** A fact as it is asked of a server: one statement that takes no lock stronger than a reader's. */
export interface PostgresFact<Name extends FactName> {
  readonly name: Name;
  /** For the major version of the server. */
  sql(major: number): string;
  /** What the rows say, or why they say nothing. */
  read(rows: readonly SqlRow[], timing: Timing): Facts[Name] | Hidden | Absent;
}

/** How long it took to connect, and to get these rows. */
export interface Timing {
  readonly connectMs: number;
  readonly answerMs: number;
}

/** Some rows show less to this user than to others, so that a judgement could be wrong. */
export class Hidden {
  constructor(
    /** What is hidden: "3 of 12 sessions". */
    readonly what: string,
    /** What would show it. */
    readonly enable: string,
  ) {}
}

/** There is no such thing on this server. */
export class Absent {
  constructor(
    readonly reason: string,
    /** What would bring it about. */
    readonly enable: string,
  ) {}
}
