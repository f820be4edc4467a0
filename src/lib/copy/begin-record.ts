import type { Identity } from "../../drivers/driver.js";
import { markProcess } from "../system/processes.js";
import { COPY_RECORD_VERSION } from "./copy-record.js";
import { CopyRecorder } from "./copy-recorder.js";
import { CopyRecords } from "./copy-records.js";
import type { CopyServices } from "./copy-services.js";

interface Side {
  readonly label: string;
  readonly identity: Identity;
}

interface Begun {
  readonly run: string;
  readonly from: Side;
  readonly to: Side;
  readonly resumeCommand: string;
}

/** From now on others can ask how far the copy is. */
export async function beginRecord(
  { run, from, to, resumeCommand }: Begun,
  { stateFolder, hostName, driverContext }: CopyServices,
): Promise<CopyRecorder> {
  const now = driverContext.clock.now().toISOString();
  const { pid, startTicks } = await markProcess(process.pid);
  const record = {
    version: COPY_RECORD_VERSION,
    run,
    from: { label: from.label, identity: from.identity.key },
    to: { label: to.label, identity: to.identity.key },
    startedAt: now,
    at: now,
    phase: "plan",
    rows: 0,
    outcome: null,
    error: null,
    resumable: null,
    resumeCommand,
    process: { host: hostName, pid, startTicks },
  };
  const recorder = new CopyRecorder(record, new CopyRecords(stateFolder), driverContext);
  await recorder.begin();
  return recorder;
}
