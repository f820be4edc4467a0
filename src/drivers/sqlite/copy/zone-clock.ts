/** What the clocks of a zone show, by seconds since 1970. */
export class ZoneClock {
  readonly #format: Intl.DateTimeFormat;

  /** An IANA name. */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** The shown date and time, as seconds since the shown 1970. */
  toLocal(utcSeconds: number): number {
    const shown = new Map(this.#format.formatToParts(utcSeconds * 1000).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(shown.get(type));
    const date = new Date(0);
    const year = number("year");
    date.setUTCFullYear(shown.get("era")?.startsWith("B") ? 1 - year : year, number("month") - 1, number("day"));
    date.setUTCHours(number("hour"), number("minute"), number("second"));
    return date.getTime() / 1000;
  }

  /** When the clocks show that; the first of two moments. For what they never show, something near it. */
  toUtc(localSeconds: number): number {
    const guesses = [-1, 1].map((days) => {
      const near = localSeconds + 86_400 * days;
      return localSeconds - (this.toLocal(near) - near);
    });
    const right = guesses.filter((guess) => this.toLocal(guess) === localSeconds);
    return Math.min(...(right.length > 0 ? right : guesses));
  }
}
