import type { ConfiguredTarget } from "../config/target.js";
import { DbopsError } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";
import { type Check, checksOf, type DoctorReport, doctorReport } from "./doctor-report.js";
import { failureLine } from "./lines.js";
import { machineChecks } from "./machine-checks.js";
import { scratchChecks } from "./scratch-checks.js";
import type { DoctorServices } from "./services.js";
import { storeChecks } from "./store-checks.js";
import { type ExaminedTarget, examineTarget, programLines } from "./target-checks.js";

/** Every check that can be made, whatever the others find. Without a target: this machine, every engine's programs. */
export async function diagnoseAll(
  targets: readonly ConfiguredTarget[],
  store: string | null,
  services: DoctorServices,
): Promise<DoctorReport> {
  const checks: Check[] = [...checksOf(null, await machineChecks(services))];
  if (targets.length === 0) {
    for (const name of services.engineNames) checks.push(...checksOf(null, await programLines(name, services)));
  }
  const examined: ExaminedTarget[] = [];
  for (const target of targets) {
    const one = await examineTarget(target, services);
    examined.push(one);
    checks.push(...checksOf(target.name, one.lines));
  }
  checks.push(...(await storesOf(examined, store, services)), ...(await scratchOf(examined, services)));
  return doctorReport(checks);
}

interface UsedStore {
  readonly storage: Storage;
  readonly users: ExaminedTarget[];
}

/** A store that several targets share is looked at once. */
async function storesOf(
  examined: readonly ExaminedTarget[],
  flag: string | null,
  services: DoctorServices,
): Promise<readonly Check[]> {
  const stores = new Map<string, UsedStore>();
  const checks: Check[] = [];
  for (const one of examined) {
    try {
      const storage = services.store(flag, one.target);
      const used = stores.get(storage.label) ?? { storage, users: [] };
      used.users.push(one);
      stores.set(storage.label, used);
    } catch (error) {
      if (!(error instanceof DbopsError)) throw error;
      checks.push(...checksOf(one.target.name, [failureLine("store", error)]));
    }
  }
  if (examined.length === 0 && (flag ?? services.config.backup.store) !== null) {
    const storage = services.store(flag, null);
    stores.set(storage.label, { storage, users: [] });
  }
  for (const { storage, users } of stores.values()) {
    checks.push(...checksOf(onlyName(users), await storeChecks(storage, users, services.driverContext.clock.now())));
  }
  return checks;
}

async function scratchOf(examined: readonly ExaminedTarget[], services: DoctorServices): Promise<readonly Check[]> {
  const configured = examined.length === 0 ? [services.config.backup] : examined.map(({ target }) => target.backup);
  const folders = new Set(configured.map(({ scratch }) => scratch));
  const checks: Check[] = [];
  for (const folder of folders) {
    const users = examined.filter(({ target }) => target.backup.scratch === folder);
    const neededBytes = Math.max(0, ...users.map(({ sizeBytes }) => sizeBytes ?? 0));
    const use = { neededBytes, now: services.driverContext.clock.now(), run: services.run };
    checks.push(...checksOf(null, await scratchChecks(folder, use)));
  }
  return checks;
}

function onlyName([first, ...others]: readonly ExaminedTarget[]): string | null {
  return first === undefined || others.length > 0 ? null : first.target.name;
}
