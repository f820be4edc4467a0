import type { Diagnosis } from "../../drivers/driver.js";
import { chooseCompression } from "../codec/choose-compression.js";
import { findProgram } from "../system/programs.js";
import { folderFacts } from "./folder-facts.js";
import { errorLine, okLine, warningLine } from "./lines.js";
import { privateFileLines } from "./private-files.js";
import type { DoctorServices } from "./services.js";

/** What does not depend on any database. */
export async function machineChecks(services: DoctorServices): Promise<readonly Diagnosis[]> {
  return [
    okLine("dbops", `${services.version} on Node ${process.versions.node}, ${process.platform}`),
    configurationLine(services),
    ...(await privateFileLines(services.config)),
    await zstdLine(services),
    ...(await ageLines(services)),
    await stateLine(services),
  ];
}

function configurationLine({ config: { path, targets } }: DoctorServices): Diagnosis {
  if (path === null && targets.length === 0) {
    return warningLine("configuration", "no dbops.yaml, and no target from the environment", "dbops init");
  }
  const names = targets.length === 0 ? "no target" : `targets: ${targets.map(({ name }) => name).join(", ")}`;
  return okLine("configuration", `${path ?? "no dbops.yaml; from the environment"}, ${names}`);
}

async function zstdLine({ driverContext }: DoctorServices): Promise<Diagnosis> {
  const { program, notice } = await chooseCompression("zstd", driverContext.env);
  if (notice !== null) return warningLine("zstd", notice, "apt-get install zstd");
  return okLine("zstd", program ?? "no program; Node's own is used, on one core");
}

/** Only where backups are encrypted: the library does it too, but a recovery without dbops needs the program. */
async function ageLines({ config, driverContext }: DoctorServices): Promise<readonly Diagnosis[]> {
  const settings = [config.backup, ...config.targets.map(({ backup }) => backup)];
  if (!settings.some(({ encryptTo, passphrase }) => encryptTo.length > 0 || passphrase !== null)) return [];
  const program = await findProgram("age", driverContext.env);
  if (program !== null) return [okLine("age", program)];
  return [warningLine("age", "no program; the built-in library is used, which is slower", "apt-get install age")];
}

async function stateLine({ stateFolder, config }: DoctorServices): Promise<Diagnosis> {
  if (stateFolder === null)
    return warningLine("state folder", "there is no home to keep it in: runs are not audited", "set XDG_STATE_HOME");
  const { exists, isFolder, canWrite } = await folderFacts(stateFolder);
  if (canWrite && isFolder) {
    return okLine("state folder", `${stateFolder}${exists ? "" : ", made by the first run that changes something"}`);
  }
  const detail = `${stateFolder} cannot be written: runs are not audited`;
  const fix = "let this user write there, or set XDG_STATE_HOME";
  return config.audit.isRequired ? errorLine("state folder", detail, fix) : warningLine("state folder", detail, fix);
}
