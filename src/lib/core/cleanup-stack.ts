/** What must be undone, in reverse order; Node 20 has no AsyncDisposableStack. */
export class CleanupStack implements AsyncDisposable {
  readonly #works: (() => Promise<void>)[] = [];

  defer(work: () => Promise<void>): void {
    this.#works.push(work);
  }

  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(async () => await resource[Symbol.asyncDispose]());
    return resource;
  }

  /** Does all of it even when some fails; throws the first failure afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let work = this.#works.pop(); work !== undefined; work = this.#works.pop()) {
      await work().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
