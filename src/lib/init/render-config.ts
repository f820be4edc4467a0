import type { InitTarget } from "./choose-targets.js";

/** A commented dbops.yaml of version 1 that names the targets. */
export function renderConfig(targets: readonly InitTarget[]): string {
  return `# dbops.yaml: which databases dbops looks after. \`dbops config show --sources\` prints every value and its origin.
# Relative paths are relative to this file. \${NAME} is taken from the environment or from .env beside this file.
# Passwords do not belong here: use \${NAME}, or {file: PATH}, {env: NAME}, {command: [program, argument]}.
version: 1

targets:
${targets.length === 0 ? EXAMPLES : targets.map(targetLines).join("\n")}
  # A target may say more about itself, and override the sections below key by key:
  # important:
  #   url: ./important.db
  #   protected: true                # must be named on the command line for whatever changes it
  #   service: {stop: [systemctl, stop, app], start: [systemctl, start, app]}
  #   backup: {keep: {daily: 30}}

backup:
  # Better on another disk, or another machine's.
  store: ./backups
  # compress: zstd                   # zstd, gzip or none
  # encryptTo: [age1…]               # age recipients: only the holder of the identity can read the backups
  # identity: ~/.config/age/key.txt  # opens them again; keep a copy elsewhere
  # verify: read                     # none, stored, read or restore
  # maxAge: 25h                      # \`dbops backup health\` complains when the newest is older
  keep:
    last: 3
    daily: 7
    weekly: 4
    monthly: 12

# environments:                      # laid over all of this by --env NAME or DBOPS_ENV
#   production:
#     backup: {store: /srv/backups}
`;
}

const EXAMPLES = "  # app: ./data/app.db\n  # shop: ${DATABASE_URL}";

function targetLines({ name, url, foundIn }: InitTarget): string {
  return `  # found as ${foundIn}\n  ${scalar(name)}: ${scalar(url)}`;
}

/** Plain where YAML cannot take it for anything else; otherwise as a JSON string, which is YAML too. */
function scalar(text: string): string {
  const isPlain = /^(?:[A-Za-z_][\w-]*|\.\/[\w./-]+|\/[\w./-]+|\$\{\w+\})$/.test(text);
  const isWord = /^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isPlain && !isWord ? text : JSON.stringify(text);
}
