import { formatBytes } from "../core/units.js";
import type { ManifestBody } from "./manifest.js";
import { recoveryActs } from "./recovery-acts.js";

const INTRODUCTION = `# How to get the data back

These backups need no dbops. With it, \`dbops restore\` does all of this, checks it, and can be undone. Without it, each
backup below has the commands for exactly its files. Run them one by one in bash, in this folder, and stop at the first
that fails.

- The name is the recipe, read from its end: \`.age\` is undone by \`age\`, \`.zst\` by \`zstd\`, \`.gz\` by \`gzip\`; what is left is
  an SQLite database (\`.sqlite\`), a PostgreSQL archive (\`.pgdump\`), SQL text (\`.sql\`) or the tar file of a PostgreSQL
  directory dump (\`.pgdir.tar\`).
- Encrypted files need the private key of one of their recipients, here as \`key.txt\`, or ask for the passphrase.
- \`pg_restore\` and \`psql\` must not be older than the server that the backup was taken from. They find the new server
  by PGHOST, PGPORT, PGUSER or by \`-h\`, \`-p\`, \`-U\`. Nothing below touches a database that exists.
- Programs of version 17 and newer begin by setting \`transaction_timeout\`, which a server up to 16 refuses. There, leave out
  \`--exit-on-error\` and \`ON_ERROR_STOP\`, and read what is said: that must be the only error.
- Before \`restored.db\` takes the place of an SQLite file: stop the application, and move the old file's \`-wal\` and \`-shm\`
  away together with it. Beside a new file they damage it.

\`\`\`bash
set -o pipefail
umask 077
\`\`\`
`;

/** The text of RESTORE.md: for every backup, newest first, the commands that recover it with stock programs. */
export function recoveryNote(manifests: readonly ManifestBody[]): string {
  const ordered = [...manifests].sort((a, b) => Date.parse(b.takenAt) - Date.parse(a.takenAt) || b.seq - a.seq);
  const targets = [...new Set(ordered.map(({ target }) => target))].sort();
  const chapters = targets.flatMap((target) => [
    `## ${oneLine(target)}\n`,
    ...ordered.filter((manifest) => manifest.target === target).map(section),
  ]);
  return [INTRODUCTION, ...chapters].join("\n");
}

function section(manifest: ManifestBody): string {
  const acts = recoveryActs(manifest).map(({ does, commands }) => `# ${does}\n${commands.join("\n")}\n`);
  return `### ${manifest.id}\n\n${facts(manifest)}\n\n\`\`\`bash\n${acts.join("\n")}\`\`\`\n`;
}

function facts(manifest: ManifestBody): string {
  const rawBytes = manifest.parts.reduce((sum, part) => sum + part.rawBytes, 0);
  const lines = [
    `Taken ${manifest.takenAt} from ${oneLine(manifest.origin.label)}, server version ${oneLine(manifest.origin.serverVersion)};`,
    `${formatBytes(rawBytes)} when unpacked.`,
  ];
  if (manifest.isPartial) lines.push("**Partial: it holds some tables only.**");
  if (manifest.condition.state === "damaged") lines.push("**The database was damaged when this was taken.**");
  const recipients = manifest.encryption?.recipients ?? [];
  if (recipients.length > 0) lines.push(`Encrypted to ${recipients.join(", ")}.`);
  return lines.join("\n");
}

/** Names come from databases and must not break the page. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, " ").replaceAll(/[`<>#*]/g, (character) => `\\${character}`);
}
