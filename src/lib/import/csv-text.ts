import type { DelimitedText } from "../transfer/record-model.js";
import type { CsvDialect } from "./csv-dialect.js";
import type { RecordFile } from "./read-table.js";

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The text of a file of UTF-8 as it is. */
export function delimitedText({ source, hasHeader }: RecordFile, dialect: CsvDialect): DelimitedText {
  const { delimiter, quote, nullText } = dialect;
  return { delimiter, quote, nullText, hasHeader, chunks: () => withoutMark(source) };
}

async function* withoutMark({ open }: RecordFile["source"]): ReturnType<DelimitedText["chunks"]> {
  let isFirst = true;
  for await (const { bytes, consumed: bytesRead } of open(0)) {
    const hasMark = isFirst && bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
    yield { bytes: hasMark ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes, bytesRead };
    isFirst = false;
  }
}
