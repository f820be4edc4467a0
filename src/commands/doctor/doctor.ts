import { diagnoseAll } from "../../lib/doctor/diagnose-all.js";
import type { DoctorReport } from "../../lib/doctor/doctor-report.js";
import { defineCommand } from "../define.js";
import { optionText, STORE_OPTION, TARGET_ARGUMENT, targetWord } from "../options.js";
import { doctorView } from "./doctor-view.js";

interface Input {
  readonly target: string | null;
  readonly store: string | null;
}

export const doctorCommand = defineCommand<Input, DoctorReport>({
  path: "doctor",
  summary: "check everything that backups and restores need",
  danger: "reads",
  examples: [
    ["dbops doctor", "this machine and every configured target"],
    ["dbops doctor app", "connection, programs, permissions, disk, locks and leftovers of one"],
    ["dbops doctor --json", "for scripts: exit 4 when any check is an error"],
  ],
  args: [TARGET_ARGUMENT],
  options: [STORE_OPTION],
  input: (raw) => ({ target: targetWord(raw), store: optionText(raw, "store") }),
  plan: async (context, input) => {
    const targets = context.config.some(input.target);
    return {
      targets: targets.map(({ name }) => name),
      steps: [],
      run: async () => {
        const data = await diagnoseAll(targets, input.store, context);
        return { data, exit: data.errors > 0 ? "FINDINGS" : "OK" };
      },
    };
  },
  view: doctorView,
  schema: async () => (await import("../../lib/doctor/doctor-report.js")).doctorReportSchema,
});
