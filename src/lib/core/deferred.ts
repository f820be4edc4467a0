import { heldPromise } from "./held-promise.js";

/** A promise settled from outside; a rejection that nobody awaits yet does not count as unhandled. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise: heldPromise(promise), resolve: (value) => resolve(value), reject: (error) => reject(error) };
}
