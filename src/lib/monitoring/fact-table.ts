import type { KnownFacts } from "./check.js";
import type { MonitorFactName, MonitorFacts } from "./monitor-facts.js";

type Table = { -readonly [Name in MonitorFactName]?: MonitorFacts[Name] };

/** The facts of one target that have been read so far. */
export class FactTable implements KnownFacts {
  readonly #facts: Table = {};

  set<Name extends MonitorFactName>(name: Name, fact: Table[Name]): void {
    this.#facts[name] = fact;
  }

  get<Name extends MonitorFactName>(name: Name): MonitorFacts[Name] {
    const fact: Table[Name] = this.#facts[name];
    if (fact === undefined) throw new Error(`the fact ${name} was not read`);
    return fact;
  }
}
