import type { CsvDialect } from "./csv-dialect.js";
import { CsvParser } from "./csv-parser.js";
import type { RecordFile } from "./read-table.js";
import { textOf } from "./read-text.js";

const SAMPLE_CHARS = 256 * 1024;
const DELIMITERS = [",", ";", "\t", "|"] as const;
/** Records with the width of the first one, of all in the sample, for a delimiter to be one. */
const LEAST_SHARE = 0.5;

/** What separates and quotes the fields of a file: as named, else as most records of its beginning agree on. */
export async function sniffDialect(file: RecordFile): Promise<CsvDialect> {
  const { nullText, canHoldNul } = file;
  const named = file.delimiter ?? (file.format === "tsv" ? "\t" : null);
  if (named !== null && file.quote !== null) return { delimiter: named, quote: file.quote, nullText, canHoldNul };
  const sample = await sampleOf(file);
  const quote = file.quote ?? sniffQuote(sample.text);
  return { delimiter: named ?? sniffDelimiter(sample, quote), quote, nullText, canHoldNul };
}

interface Sample {
  readonly text: string;
  /** Whether it is the whole file. */
  readonly isWhole: boolean;
}

async function sampleOf(file: RecordFile): Promise<Sample> {
  const parts: string[] = [];
  let chars = 0;
  for await (const { text } of textOf(file.source, file.encoding)) {
    parts.push(text);
    chars += text.length;
    if (chars >= SAMPLE_CHARS) return { text: parts.join("").slice(0, SAMPLE_CHARS), isWhole: false };
  }
  return { text: parts.join(""), isWhole: true };
}

/** `'` where no `"` occurs and every field that begins with `'` ends with one. */
function sniffQuote(text: string): string {
  if (text.includes('"')) return '"';
  const opened = text.match(/(?:^|[,;\t|\r\n])'/g)?.length ?? 0;
  const closed = text.match(/(?:^|[,;\t|\r\n])'(?:[^']|'')*'(?=[,;\t|\r\n]|$)/g)?.length ?? 0;
  return opened > 1 && opened === closed ? "'" : '"';
}

function sniffDelimiter(sample: Sample, quote: string): string {
  let best = { delimiter: ",", share: LEAST_SHARE, width: 1 };
  for (const delimiter of DELIMITERS) {
    const { share, width } = agreement(sample, { delimiter, quote, nullText: null, canHoldNul: true });
    const isBetter = share > best.share || (share === best.share && width > best.width);
    if (width > 1 && isBetter) best = { delimiter, share, width };
  }
  return best.delimiter;
}

/** How many records have the width of the first one, as a share. */
function agreement({ text, isWhole }: Sample, dialect: CsvDialect): { readonly share: number; readonly width: number } {
  const parser = new CsvParser(dialect);
  parser.push(text);
  if (isWhole) parser.end();
  let good = 0;
  let bad = 0;
  while (parser.scan()) {
    const { rows, faults } = parser.take(0);
    good += rows.length;
    bad += faults.length;
  }
  if (isWhole && parser.isUnfinished) bad += 1;
  return { share: good + bad === 0 ? 0 : good / (good + bad), width: parser.width ?? 0 };
}
