import { exitCodesHelp } from "./help.js";

export interface HelpTopic {
  readonly name: string;
  readonly summary: string;
  readonly text: () => string;
}

/** What `dbops help TOPIC` explains; the whole story is in docs/. */
export const HELP_TOPICS: readonly HelpTopic[] = [
  { name: "exit-codes", summary: "what an exit status means", text: exitCodesHelp },
  { name: "targets", summary: "how a database is named", text: () => TARGETS },
  { name: "config", summary: "dbops.yaml, and what wins over it", text: () => CONFIG },
  { name: "consent", summary: "what asks before it works, and how scripts answer", text: () => CONSENT },
  { name: "cron", summary: "how to run from crontab", text: () => CRON },
  { name: "json", summary: "the document that --json prints", text: () => JSON_DOCUMENT },
];

const TARGETS = `targets
  NAME                 a name under \`targets\` in dbops.yaml
  ./app.db             a path to a SQLite file; sqlite:PATH says it plainly
  postgres://user@host:5432/db?sslmode=require
  service:NAME         an entry of the PostgreSQL service file
The target is the first word after the command, or -t TARGET, or DBOPS_TARGET. Passwords belong into the URL's
place in dbops.yaml by reference, a passfile or PGPASSFILE; there is no password flag.
`;

const CONFIG = `configuration
Looked for in this order, the first found is used: --config FILE, ./dbops.yaml, $XDG_CONFIG_HOME/dbops/dbops.yaml,
/etc/dbops/dbops.yaml. Relative paths in it are relative to the file.
What wins: flags, then DBOPS_* variables, then dbops.yaml, then the application's own variables (DATABASE_URL,
DATABASE_PATH, BACKUP_DIR, ...), then defaults. \`dbops config show --sources\` prints each value with its origin;
\`dbops init\` writes a commented dbops.yaml.
`;

const CONSENT = `consent
Reading and writing backups asks nothing. What locks or rewrites data asks y/N; scripts say --yes. What destroys data of a
live target wants the target's name typed; scripts say --confirm NAME (or db@host:port, or the file's path).
Without a terminal and without the flag: exit 2, naming the flag. A target marked \`protected: true\` must also be named on
the command line.
`;

const CRON = `crontab
\`dbops init\` prints lines with absolute paths that work in cron's bare environment. In short:
  15 2 * * *  /path/to/node /path/to/dbops.js -c /path/to/dbops.yaml backup --all --prune --quiet
  45 2 * * *  /path/to/node /path/to/dbops.js -c /path/to/dbops.yaml backup health --max-age 25h,48h --quiet
--quiet prints nothing on success, so cron mails only what went wrong.
`;

const JSON_DOCUMENT = `--json
Exactly one document on stdout, always with all keys:
  schema "dbops/1", ok, exit, command, run, targets, startedAt, durationMs, data, error, warnings
ok is true for exit 0, 4 and 5. Bytes and counts are integers, times RFC 3339 in UTC, null rather than absent.
docs/json.md lists the data of every command.
`;
