/** Thrown where a fact is not to be had without harm. */
export class Unavailable extends Error {
  constructor(
    readonly reason: string,
    /** What would make it available; null where nothing would. */
    readonly enable: string | null,
  ) {
    super(reason);
  }
}
