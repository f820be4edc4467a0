/**
 * Does work for each item, at most `jobs` at a time, in the order given; the results come in that order too. After a failure
 * nothing new is begun, `signal` tells what goes on to stop, and the failure is thrown when all has ended.
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  jobs: number,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<readonly R[]> {
  const stop = new AbortController();
  const failures: unknown[] = [];
  const results = new Map<number, R>();
  const waiting = [...items.entries()];
  const goOn = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && failures.length === 0; next = waiting.shift()) {
      const [at, item] = next;
      try {
        results.set(at, await work(item, stop.signal));
      } catch (error) {
        failures.push(error);
        stop.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, items.length)) }, goOn));
  if (failures.length > 0) throw failures[0];
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
