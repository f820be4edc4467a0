import { basename } from "node:path";
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { messageOf } from "../core/errors.js";
import type { Problems } from "./problems.js";

/** A path into a document: keys and list positions. */
export type YamlPath = readonly (string | number)[];

/** A YAML file as plain values that remember their lines. */
export class YamlDocument {
  readonly value: unknown;
  readonly #name: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  private constructor(name: string, value: unknown, document: Document, lines: LineCounter) {
    this.#name = name;
    this.#document = document;
    this.#lines = lines;
    this.value = value;
  }

  /** Adds syntax errors, duplicate keys included, to `problems`. */
  static parse(path: string, text: string, problems: Problems): YamlDocument {
    const lines = new LineCounter();
    const name = basename(path);
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    for (const error of document.errors) {
      problems.add(`${name}:${lines.linePos(error.pos[0]).line}`, error.message);
    }
    return new YamlDocument(name, plainValue(name, document, problems), document, lines);
  }

  /** `dbops.yaml:12`: the line of the key at `path`, or of the nearest key above it that exists. */
  sourceOf(path: YamlPath): string {
    let node: unknown = this.#document.contents;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const step of path) {
      const next = child(this.#resolved(node), step);
      if (next === null) break;
      node = next.node;
      offset = next.offset ?? offset;
    }
    return `${this.#name}:${this.#lines.linePos(offset).line || 1}`;
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }
}

/** null when there are errors. */
function plainValue(name: string, document: Document, problems: Problems): unknown {
  if (document.errors.length > 0) return null;
  try {
    return document.toJS();
  } catch (error) {
    // An alias without its anchor, or too many of them, is found only here.
    problems.add(`${name}:1`, messageOf(error));
    return null;
  }
}

function child(node: unknown, step: string | number): { node: unknown; offset: number | undefined } | null {
  if (isSeq(node)) {
    const item = typeof step === "number" ? node.items[step] : undefined;
    return item === undefined ? null : { node: item, offset: rangeOf(item) };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair === undefined ? null : { node: pair.value, offset: rangeOf(pair.key) };
}

function rangeOf(node: unknown): number | undefined {
  return isNode(node) ? startOf(node) : undefined;
}

function startOf(node: Node): number | undefined {
  return node.range?.[0];
}
