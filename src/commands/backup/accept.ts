import { acceptRun, findRun } from "../../lib/backup/accept-run.js";
import { readCatalog } from "../../lib/backup/catalog.js";
import { DbopsError } from "../../lib/core/errors.js";
import { defineCommand, type RawInput } from "../define.js";
import { again, optionText, STORE_OPTION } from "../options.js";
import type { AcceptData } from "./accept-schema.js";

interface Input {
  readonly id: string;
  readonly reason: string;
  readonly store: string | null;
}

export const acceptCommand = defineCommand<Input, AcceptData>({
  path: "backup accept",
  summary: "say that a failed or shrunken run is as it should be, so that retention goes on",
  danger: "writes",
  examples: [
    ['dbops backup accept 7f3a9c --reason "archived 2025 to its own database"', "retention goes on from that run"],
  ],
  args: [{ name: "<id>", help: "any unique part of the ID of a backup or of a failed run" }],
  options: [STORE_OPTION, { flags: "--reason <text>", help: "why; kept beside the backup" }],
  input: readInput,
  plan: async (context, input) => {
    const [first] = context.stores(input.store, null);
    const catalog = await readCatalog(first ?? context.store(input.store, null));
    const run = findRun(catalog, input.id);
    return {
      targets: [run.target],
      steps: [{ summary: `accept ${run.id}: ${input.reason}`, risk: "safe" }],
      run: async () => {
        await using _lock = await context.lockStore(catalog.storage, run.identity);
        const { id, at, reason } = await acceptRun(catalog, run, { reason: input.reason, services: context });
        return { data: { accepted: { id, target: run.target, at, reason } } };
      },
    };
  },
  view: ({ accepted }, { config }, { store }) => {
    const isConfigured = config.targets.some(({ name }) => name === accepted.target);
    return {
      blocks: [{ kind: "text", tone: "good", text: `accepted ${accepted.id}: ${accepted.reason}` }],
      next: isConfigured
        ? again("cleanup backups --dry-run", { target: accepted.target, store })
        : again("backup list", { target: null, store }),
    };
  },
  schema: async () => (await import("./accept-schema.js")).acceptSchema,
});

function readInput(raw: RawInput): Input {
  const reason = optionText(raw, "reason") ?? "";
  if (reason.trim() === "") {
    throw new DbopsError("USAGE.INVALID", {
      message: "--reason is missing",
      why: "an acceptance is only worth something with its reason",
      hint: 'add --reason "…"',
    });
  }
  return { id: raw.args[0] ?? "", reason, store: optionText(raw, "store") };
}
