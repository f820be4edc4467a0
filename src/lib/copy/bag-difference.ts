const MODULUS = 1n << 256n;

/** The checksum of the rows that came to a bag: what it is `after` less what it was `before`. */
export function bagDifference(after: string, before: string): string {
  const [rows, sum] = partsOf(after);
  const [rowsBefore, sumBefore] = partsOf(before);
  const added = (sum - sumBefore + MODULUS) % MODULUS;
  return `sum:${rows - rowsBefore}:${added.toString(16).padStart(64, "0")}`;
}

function partsOf(checksum: string): readonly [rows: bigint, sum: bigint] {
  const [, rows, sum] = /^sum:(\d+):([\da-f]{64})$/.exec(checksum) ?? [];
  if (rows === undefined || sum === undefined) throw new Error(`${checksum} is no sum of rows`);
  return [BigInt(rows), BigInt(`0x${sum}`)];
}
