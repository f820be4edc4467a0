const GRAPHEMES = new Intl.Segmenter();
const PLAIN = /^[\x20-\x7e]*$/;
const INVISIBLE = /^[\p{M}\p{Cf}]+$/u;
// East Asian wide and full-width blocks (Unicode TR 11) and pictures.
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;

/** The columns that one line of text takes in a terminal; without escape sequences. */
export function displayWidth(line: string): number {
  if (PLAIN.test(line)) return line.length;
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(line)) width += graphemeWidth(segment);
  return width;
}

/** The line cut to `width` columns, ending in `ellipsis` when something was cut; never splits a character. */
export function truncateToWidth(line: string, width: number, ellipsis: string): string {
  if (displayWidth(line) <= width) return line;
  const room = width - displayWidth(ellipsis);
  let taken = "";
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(line)) {
    used += graphemeWidth(segment);
    if (used > room) break;
    taken += segment;
  }
  return taken + ellipsis;
}

function graphemeWidth(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
