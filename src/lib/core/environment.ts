/** Environment variables as a value: only lib/config reads the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;
