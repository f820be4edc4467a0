import type { Check } from "./check.js";
import { backupAge } from "./checks/backup-age.js";
import { backupFailed } from "./checks/backup-failed.js";
import { backupProof } from "./checks/backup-proof.js";
import { connectionFailed } from "./checks/connection-failed.js";
import { connectionTime } from "./checks/connection-time.js";
import { connectionsUsed } from "./checks/connections-used.js";
import { databaseSize } from "./checks/database-size.js";
import { diskFree } from "./checks/disk-free.js";
import { foreignKeysUnindexed } from "./checks/foreign-keys-unindexed.js";
import { indexesInvalid } from "./checks/indexes-invalid.js";
import { indexesRedundant } from "./checks/indexes-redundant.js";
import { pagesDamaged } from "./checks/pages-damaged.js";
import { pagesFree } from "./checks/pages-free.js";
import { queriesLong } from "./checks/queries-long.js";
import { sessionsBlocked } from "./checks/sessions-blocked.js";
import { transactionsIdle } from "./checks/transactions-idle.js";
import { transactionsWraparound } from "./checks/transactions-wraparound.js";
import { walPinned } from "./checks/wal-pinned.js";
import { walSize } from "./checks/wal-size.js";

/** Every check of `dbops monitor`, in the order in which it is shown. */
export const CHECKS: readonly Check[] = [
  connectionFailed,
  connectionTime,
  connectionsUsed,
  sessionsBlocked,
  transactionsIdle,
  queriesLong,
  transactionsWraparound,
  walSize,
  walPinned,
  pagesDamaged,
  pagesFree,
  diskFree,
  databaseSize,
  indexesInvalid,
  indexesRedundant,
  foreignKeysUnindexed,
  backupAge,
  backupProof,
  backupFailed,
];
