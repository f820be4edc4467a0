import type { CopyRead, CopyReader } from "../../drivers/copy-rows-model.js";
import { type DigestOptions, digestRows } from "./digest-rows.js";
import { type RowDifference, rowDifferences } from "./row-differences.js";
import { BLOCK_ROWS, ROWS_ALGORITHM, type RowDigest } from "./row-hash.js";

/** The same rows at both sides. */
export interface BothSides {
  readonly source: CopyReader;
  readonly read: CopyRead;
  readonly target: CopyReader;
  readonly readBack: CopyRead;
  readonly proof: "order" | "bag";
  readonly signal: AbortSignal;
  /** Told of rows that have come back from the target for the first time. */
  readonly advance?: (rows: number) => void;
}

export interface RowProof {
  readonly checksum: {
    readonly algorithm: string;
    readonly source: string;
    readonly target: string;
    readonly equal: boolean;
  };
  /** At the target. */
  readonly rows: number;
  /** Empty where they are equal; null where rows lie so far apart that none can be named. */
  readonly differences: readonly RowDifference[] | null;
}

/** Says of rows that were compared as values, since they are spelled in different ways. */
export const VALUES_ALGORITHM = `${ROWS_ALGORITHM} by value`;

/**
 * Reads the target's rows and compares them with the source's, by their checksums and if these differ value by value.
 * `sent` is the digest of what was sent; null = the source is read again.
 */
export async function proveRows(sides: BothSides, sent: RowDigest | null): Promise<RowProof> {
  const [ours, theirs] = await digestBoth(sides, sent, { ...sides, values: null });
  const { rows } = theirs;
  const byBytes = checksumOf(ours, theirs, ROWS_ALGORITHM);
  if (byBytes.equal) return { checksum: byBytes, rows, differences: [] };
  // Where each side has an order of its own, nothing is left that rows could be paired by.
  const differences = sides.proof === "bag" ? null : await differencesOf(sides, ours, theirs);
  if (differences?.length === 0)
    return { checksum: { ...byBytes, algorithm: VALUES_ALGORITHM, equal: true }, rows, differences };
  if (differences !== null) return { checksum: byBytes, rows, differences };
  const [left, right] = await digestBoth(sides, null, { proof: "bag", values: sides.readBack.columns });
  const checksum = checksumOf(left, right, VALUES_ALGORITHM);
  return { checksum, rows, differences: checksum.equal ? [] : await differencesOf(sides, ours, theirs) };
}

function checksumOf(source: RowDigest, target: RowDigest, algorithm: string): RowProof["checksum"] {
  return {
    algorithm,
    source: source.checksum,
    target: target.checksum,
    equal: source.checksum === target.checksum,
  };
}

async function digestBoth(
  { source, read, target, readBack, signal }: BothSides,
  sent: RowDigest | null,
  { proof, values, advance }: Omit<DigestOptions, "signal">,
): Promise<readonly [RowDigest, RowDigest]> {
  const options = { proof, values, signal };
  return await Promise.all([
    sent ?? digestRows(source.read(read), options),
    digestRows(target.read(readBack), { ...options, advance }),
  ]);
}

/** From the first block on that differs. */
async function differencesOf(
  { source, read, target, readBack }: BothSides,
  ours: RowDigest,
  theirs: RowDigest,
): Promise<readonly RowDifference[] | null> {
  const block = firstUnequalBlock(ours, theirs);
  return await rowDifferences(
    sideFrom(source, read, { digest: ours, block }),
    sideFrom(target, readBack, { digest: theirs, block }),
    {
      columns: readBack.columns,
      key: keyPlaces(readBack),
    },
  );
}

function firstUnequalBlock(ours: RowDigest, theirs: RowDigest): number {
  const shorter = Math.min(ours.marks.length, theirs.marks.length);
  const at = ours.marks.findIndex(({ sha256 }, block) => theirs.marks[block]?.sha256 !== sha256);
  return at === -1 ? shorter : at;
}

/** Reading begins at the last key that is known before the block. */
function sideFrom(
  reader: CopyReader,
  read: CopyRead,
  { digest, block }: { readonly digest: RowDigest; readonly block: number },
) {
  const mark = block === 0 ? undefined : digest.marks[block - 1];
  const known = mark === undefined || mark.key === null ? { key: null, keyRows: 0 } : mark;
  return { events: reader.read({ ...read, after: known.key }), skip: block * BLOCK_ROWS - known.keyRows };
}

/** Where in a row its key stands; null where it does not. */
function keyPlaces({ key, columns }: CopyRead): readonly number[] | null {
  if (key.kind !== "columns") return null;
  const places = key.columns.map((name) => columns.findIndex((column) => column.name === name));
  return places.includes(-1) ? null : places;
}
