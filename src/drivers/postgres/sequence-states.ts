import type { FingerprintMode, TableFingerprint } from "../fingerprint-model.js";
import type { ArchiveToc } from "./archive-toc.js";
import { sequenceHash } from "./fingerprint.js";

/**
 * Where the sequences stand in an archive. Sequences do not obey snapshots: between pg_dump's look and another one they
 * may move, so the archive itself is asked what it will set.
 */
export function sequenceStates({ entries }: ArchiveToc, mode: FingerprintMode): readonly TableFingerprint[] {
  const found = entries
    .filter(({ desc }) => desc === "SEQUENCE SET")
    .map(({ schema, tag, definition }): TableFingerprint => {
      const [, value = "", isCalled] = /, (-?\d+), (true|false)\);\s*$/.exec(definition) ?? [];
      const hash = mode === "hash" && value !== "" ? sequenceHash(value, isCalled === "true") : null;
      return { kind: "sequence", schema, name: tag, rows: null, hash };
    });
  return found.toSorted((a, b) => compareBytes(a.schema ?? "", b.schema ?? "") || compareBytes(a.name, b.name));
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
