const BLANK = /[ \t\r\n]/;

/** The same JSON without white space between its parts; strings and numbers stay as they were written. */
export function compactJson(text: string): string {
  if (!BLANK.test(text)) return text;
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34) at = endOfString(text, at);
    else if (code === 32 || code === 9 || code === 10 || code === 13) {
      if (at > start) parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.join("");
}

/** Where the string that begins at a quote has its closing one. */
function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 92) at += 1;
    else if (code === 34) return at;
  }
  return text.length;
}
