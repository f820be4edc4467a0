import type { YamlPath } from "./yaml-document.js";

/** `backup.keep.last: `, the beginning of a problem's text. */
export function named(path: YamlPath): string {
  return path.length === 0 ? "" : `${path.join(".")}: `;
}
