import { formatDuration } from "../../lib/core/units.js";
import type { View } from "../../lib/core/view.js";
import type { Context } from "../define.js";
import { again } from "../options.js";
import { hasStoreAlone } from "./claimed-backups.js";
import type { HealthData } from "./health-schema.js";

/** What the command line said. */
export interface HealthScope {
  readonly target: string | null;
  readonly store: string | null;
}

const TONES = { ok: "good", warning: "warn", critical: "bad" } as const;

/** A row for each target, what was passed over in plain lines, and what to do. */
export function healthView({ health }: HealthData, context: Context, input: HealthScope): View {
  const columns = [
    { title: "target" },
    { title: "status" },
    { title: "newest", align: "right" },
    { title: "newest proven", align: "right" },
    { title: "because" },
  ] as const;
  const age = (seconds: number | null) => (seconds === null ? "none" : `${formatDuration(seconds * 1000)} ago`);
  const rows = health.map(({ target, identity, status, reason, ageSeconds, provenAgeSeconds, lastFailure }) => [
    health.filter((other) => other.target === target).length > 1 ? `${target} (${identity})` : target,
    { text: status, tone: TONES[status] },
    age(ageSeconds),
    age(provenAgeSeconds),
    lastFailure === null ? reason : `${reason}; last failure ${lastFailure}`,
  ]);
  const late = health.find(({ status }) => status !== "ok");
  const notes = health.flatMap(({ target, passedOver }) =>
    passedOver.map(({ id, problem }) => ({
      kind: "text" as const,
      tone: "bad" as const,
      text: `${target}: ${id} does not count: ${problem}`,
    })),
  );
  return {
    blocks: [{ kind: "table", columns, rows, empty: "no targets" }, ...notes],
    next:
      late === undefined || hasStoreAlone(context, input)
        ? again("backup list", input)
        : again("backup", { ...input, target: input.target ?? late.target }),
  };
}
