import type { CopyChoices } from "#dbops/drivers/copy-source-model.js";
import { USUAL_CHOICES } from "#dbops/lib/copy/usual-choices.js";

/** The choices of a copy without any flag but these. */
export function copyChoices(own: Partial<CopyChoices> = {}): CopyChoices {
  return { ...USUAL_CHOICES, ...own };
}
