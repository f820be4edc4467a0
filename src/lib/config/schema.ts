import { z } from "zod";
import { hasReferences } from "./interpolation.js";
import { flag, secretReference } from "./leaves.js";
import { SERVICE_COMMANDS, SETTINGS } from "./settings.js";
import { isKnownScheme, schemeOf } from "./target-location.js";

type Context = z.RefinementCtx<unknown>;
type Shape = Readonly<Record<string, z.ZodType>>;

/** A path or URL, or a reference to where it is kept. */
export const locationLeaf = z.unknown().transform((value, context) => {
  if (typeof value === "string" && value.trim() !== "") return locationText(value, context);
  const parsed = typeof value === "object" ? secretReference.safeParse(value) : null;
  if (parsed?.success === true) return parsed.data;
  context.addIssue({ code: "custom", message: "expected a path, a URL, or {file: …}, {env: …}, {command: […]}" });
  return z.NEVER;
});

const backup = sectionOf("backup.");
const target = checked((value, context) => {
  const asSection = typeof value === "string" ? { url: value } : value;
  forward(targetSection, asSection, context);
});
const service = section(SERVICE_COMMANDS);
const targetSection = section({ url: later(locationLeaf), protected: later(flag), service, backup });
const settings = {
  targets: mapOf(target, targetNameProblem),
  backup,
  connect: sectionOf("connect."),
  audit: sectionOf("audit."),
};
const environments = mapOf(section(settings), () => null);

/** All of dbops.yaml but the value of its version. Values that hold `${NAME}` are checked when they are used. */
export const documentSchema = section({ version: z.unknown(), ...settings, environments });

/** A section whose keys are all optional; every unknown one is an issue of its own with `params.known`. */
function section(shape: Shape): z.ZodType {
  const unknownKey = checked((_value, context) =>
    context.addIssue({ code: "custom", message: "unknown key", params: { known: Object.keys(shape) } }),
  );
  const optional = Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.optional()]));
  const inner = z.object(optional, { error: "expected a section" }).catchall(unknownKey);
  // A section whose keys are all commented out is empty, not wrong.
  return z.preprocess((value) => value ?? {}, inner);
}

/** The section under `prefix`, made from the table of settings. */
function sectionOf(prefix: string): z.ZodType {
  const shape: Record<string, z.ZodType> = {};
  for (const { key, schema } of Object.values(SETTINGS)) {
    if (!key.startsWith(prefix)) continue;
    const [first = "", ...deeper] = key.slice(prefix.length).split(".");
    shape[first] ??= deeper.length === 0 ? later(schema) : sectionOf(`${prefix}${first}.`);
  }
  return section(shape);
}

function mapOf(schema: z.ZodType, nameProblem: (name: string) => string | null): z.ZodType {
  return checked((value, context) => {
    if (value === null || value === undefined) return;
    if (typeof value !== "object" || Array.isArray(value)) {
      context.addIssue({ code: "custom", message: "expected a section" });
      return;
    }
    for (const [name, inner] of Object.entries(value)) {
      const message = nameProblem(name);
      if (message !== null) context.addIssue({ code: "custom", message, path: [name] });
      forward(schema, inner, context, [name]);
    }
  });
}

function targetNameProblem(name: string): string | null {
  if (name === "" || name.startsWith("-") || /[/\p{Cc}]/u.test(name)) {
    return "a target's name must not be empty, begin with - or contain / or control characters";
  }
  const scheme = schemeOf(name);
  return scheme === null ? null : `a target's name must not look like a URL (${scheme}:)`;
}

function locationText(value: string, context: Context): string {
  const scheme = schemeOf(value);
  if (scheme !== null && !isKnownScheme(scheme)) {
    context.addIssue({ code: "custom", message: `no engine serves ${scheme}: (write ./${scheme}:… for a file)` });
  }
  return value;
}

function later(schema: z.ZodType): z.ZodType {
  return checked((value, context) => {
    if (!hasReferences(value)) forward(schema, value, context);
  });
}

function checked(check: (value: unknown, context: Context) => void): z.ZodType {
  return z.unknown().superRefine(check);
}

function forward(schema: z.ZodType, value: unknown, context: Context, under: readonly string[] = []): void {
  for (const issue of schema.safeParse(value).error?.issues ?? []) {
    const { message, path } = issue;
    const params = issue.code === "custom" ? issue.params : undefined;
    context.addIssue({
      code: "custom",
      message,
      path: [...under, ...path],
      ...(params === undefined ? {} : { params }),
    });
  }
}
