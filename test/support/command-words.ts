/** The words of the command that a run says to go on with, as a shell reads them. */
export function nextOf(stdout: string): string[] {
  return wordsOf(/^next: +dbops (.*)$/m.exec(stdout)?.[1]);
}

/** The words of the first command that an error names. */
export function commandIn(text: string): string[] {
  return wordsOf(/dbops (.*)$/m.exec(text)?.[1]);
}

function wordsOf(command: string | undefined): string[] {
  if (command === undefined) throw new Error("no command is named");
  return (command.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^(['"])(.*)\1$/, "$2"));
}
