/** Closes what a run has opened, newest first, whatever happens in between. */
export class RunResources implements AsyncDisposable {
  readonly #owned: AsyncDisposable[] = [];

  own<T extends AsyncDisposable>(resource: T): T {
    this.#owned.push(resource);
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const resource of this.#owned.splice(0).reverse()) {
      try {
        await resource[Symbol.asyncDispose]();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "some of the run's resources could not be closed");
  }
}
