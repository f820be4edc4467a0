/** What sqlite3_complete() tells apart; white space and comments change nothing. */
export type StatementToken = "semicolon" | "other" | "explain" | "create" | "temp" | "trigger" | "end";
export type StatementState = "start" | "normal" | "explain" | "create" | "trigger" | "semicolon" | "end";

const NORMAL = stay("normal");
const TRIGGER = stay("trigger");

/** Where a statement ends, after SQLite's src/complete.c: at a semicolon, of a trigger at the one after `; END`. */
const NEXT: Readonly<Record<StatementState, Readonly<Record<StatementToken, StatementState>>>> = {
  start: { ...NORMAL, semicolon: "start", explain: "explain", create: "create" },
  normal: { ...NORMAL, semicolon: "start" },
  explain: { ...NORMAL, semicolon: "start", other: "explain", create: "create" },
  create: { ...NORMAL, semicolon: "start", temp: "create", trigger: "trigger" },
  trigger: { ...TRIGGER, semicolon: "semicolon" },
  semicolon: { ...TRIGGER, semicolon: "semicolon", end: "end" },
  end: { ...TRIGGER, semicolon: "start" },
};

const WORDS: Readonly<Record<string, StatementToken>> = {
  explain: "explain",
  create: "create",
  temp: "temp",
  temporary: "temp",
  trigger: "trigger",
  end: "end",
};

export function nextState(state: StatementState, token: StatementToken): StatementState {
  return NEXT[state][token];
}

/** The token that a keyword or name is. */
export function wordToken(word: string): StatementToken {
  return WORDS[word.toLowerCase()] ?? "other";
}

function stay(state: StatementState): Record<StatementToken, StatementState> {
  return { semicolon: state, other: state, explain: state, create: state, temp: state, trigger: state, end: state };
}
