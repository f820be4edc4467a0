import { randomBytes } from "node:crypto";

/** Source of the random parts of names. */
export interface Ids {
  /** `length` random hexadecimal digits. */
  hex(length: number): string;
}

export const randomIds: Ids = {
  hex: (length) =>
    randomBytes(Math.ceil(length / 2))
      .toString("hex")
      .slice(0, length),
};
