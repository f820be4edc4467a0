import type { Span } from "./byte-sink.js";

/** One object for all cells: one each would be most of the garbage. */
export class MovingSpan implements Span {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  move(start: number, end: number): Span {
    this.start = start;
    this.end = end;
    return this;
  }
}
