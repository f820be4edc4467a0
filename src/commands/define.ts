import type { Command, CommandSpec, Context, Plan, PreparedPlan } from "../lib/runtime/command.js";

export type {
  Command,
  CommandSpec,
  Consent,
  Context,
  Danger,
  OptionSpec,
  Outcome,
  Plan,
  RawInput,
} from "../lib/runtime/command.js";

/** Closes over a command's own types, so that the pipeline handles every command alike. */
export function defineCommand<Input, Data>(spec: CommandSpec<Input, Data>): Command {
  return {
    spec,
    schema: () => spec.schema(),
    prepare: (raw) => {
      const input = spec.input(raw);
      return { plan: async (context) => prepared(spec, { context, input }, await spec.plan(context, input)) };
    },
  };
}

function prepared<Input, Data>(
  spec: CommandSpec<Input, Data>,
  { context, input }: { readonly context: Context; readonly input: Input },
  plan: Plan<Data>,
): PreparedPlan {
  return {
    targets: plan.targets,
    steps: plan.steps,
    consent: plan.consent ?? null,
    preview: plan.preview ?? null,
    run: async () => {
      const outcome = await plan.run();
      const { data, exit = "OK", error = null, plugin = null } = outcome;
      return { data, exit, error, plugin, view: await spec.view(data, context, input) };
    },
  };
}
