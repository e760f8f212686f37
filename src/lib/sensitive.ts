import { inspect } from 'node:util';

const placeholder = '[withheld]';

/**
 * A value that must not be shown: its text, JSON and inspect forms are a placeholder.
 * Wrap identifying attribute values, tokens and keys as soon as they are read.
 */
export class Sensitive<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Every call is a place to review. */
  expose(): T {
    return this.#value;
  }

  toString(): string {
    return placeholder;
  }

  toJSON(): string {
    return placeholder;
  }

  [inspect.custom](): string {
    return placeholder;
  }
}
