/**
 * A promise that may reject before anybody awaits it: its rejection is kept for whoever does, and does not count as
 * unhandled until then.
 */
export function heldPromise<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
