import type { MomentShape } from "../../copy-type-model.js";
import {
  dateText,
  type MomentKind,
  type MomentParts,
  momentAt,
  secondsOf,
  timeText,
  validMoment,
} from "./moment-parts.js";
import { ZoneClock } from "./zone-clock.js";

const DATE = String.raw`(\d{4,7})-(\d\d)-(\d\d)`;

/** Reads and writes moments as all texts of a column spell them. */
export class MomentText {
  readonly #shape: MomentShape;
  readonly #kind: MomentKind;
  readonly #pattern: RegExp;
  readonly #offsetSeconds: number;
  readonly #clock: ZoneClock | null;

  constructor(shape: MomentShape, kind: MomentKind) {
    this.#shape = shape;
    this.#kind = kind;
    this.#pattern = patternOf(shape);
    this.#offsetSeconds = offsetOf(shape.zone);
    this.#clock = shape.assumedZone === null ? null : new ZoneClock(shape.assumedZone);
  }

  /** The moment, in UTC where the column's are; null for another spelling and for what is no moment. */
  read(text: string): MomentParts | null {
    const found = this.#pattern.exec(text);
    const parts = found === null ? null : validMoment(found, this.#kind);
    if (parts === null || (this.#offsetSeconds === 0 && this.#clock === null)) return parts;
    const local = secondsOf(parts);
    const seconds = local === null ? null : (this.#clock?.toUtc(local) ?? local - this.#offsetSeconds);
    const isNone = seconds === null || (this.#clock !== null && this.#clock.toLocal(seconds) !== local);
    return isNone ? null : momentAt(seconds, parts.fraction);
  }

  /** null when the spelling has no place for it. */
  write(utc: MomentParts): string | null {
    const parts = this.#local(utc);
    if (parts === null) return null;
    const { separator, hasSeconds, fractionDigits, zone } = this.#shape;
    const bc = parts.year < 1 ? " BC" : "";
    const time = timeText(parts);
    if (separator === null) return time === "00:00:00" && parts.fraction === "" ? dateText(parts) + bc : null;
    if (parts.fraction.length > fractionDigits || (!hasSeconds && parts.second !== 0)) return null;
    const fraction = fractionDigits === 0 ? "" : `.${parts.fraction.padEnd(fractionDigits, "0")}`;
    return `${dateText(parts)}${separator}${hasSeconds ? time : time.slice(0, 5)}${fraction}${zone}${bc}`;
  }

  #local(utc: MomentParts): MomentParts | null {
    if (this.#offsetSeconds === 0 && this.#clock === null) return utc;
    const seconds = secondsOf(utc);
    if (seconds === null) return null;
    return momentAt(this.#clock?.toLocal(seconds) ?? seconds + this.#offsetSeconds, utc.fraction);
  }
}

function patternOf({ separator, hasSeconds, fractionDigits, zone }: MomentShape): RegExp {
  if (separator === null) return new RegExp(`^${DATE}( BC)?$`);
  const seconds = hasSeconds ? String.raw`:(\d\d)` : "()";
  const fraction = fractionDigits === 0 ? "()" : String.raw`\.(\d{${fractionDigits}})`;
  const spelledZone = zone.replaceAll(/[^\w]/g, String.raw`\$&`);
  return new RegExp(`^${DATE}${separator}(\\d\\d):(\\d\\d)${seconds}${fraction}${spelledZone}( BC)?$`);
}

/** Of `+02:00`, `-0330`, `+01`; anything else is UTC. */
function offsetOf(zone: string): number {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -60 : 60) * (60 * Number(hours) + Number(minutes));
}
