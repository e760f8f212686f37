/**
 * A closed box around a value. The value can only be reached by the functions of `flow/`, whose
 * importers a check lists; so what a box says about its value holds everywhere.
 */
class Box<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  static open<T>(box: Box<T>): T {
    return box.#value;
  }
}

export class IdentifiedBox<T> extends Box<T> {
  readonly kind = 'identified';
}

export class DeidentifiedBox<T> extends Box<T> {
  readonly kind = 'deidentified';
}

export class SealedBox<T> extends Box<T> {
  readonly kind = 'sealed';
}

/** What a box holds. */
export const openBox = <T>(box: Box<T>): T => Box.open(box);
