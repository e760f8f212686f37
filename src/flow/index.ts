/**
 * The one-way flow of image data as types.
 *
 * `Identified` comes out of `pacs/`; only `deid/` makes `Deidentified` of it; only `seal/` makes
 * `Sealed`, and only of `Deidentified`; `storage/` takes nothing but `Sealed`. The mints are in
 * `flow/mint/`; tools/tidy lists who may import each.
 */
import { DeidentifiedBox, type IdentifiedBox, openBox, type SealedBox } from './internal/box.ts';

/** May identify a patient: stays on the clinical side. Cannot be opened outside `pacs` and `deid`. */
export type Identified<T> = IdentifiedBox<T>;

/** Went through the de-identification profile. */
export type Deidentified<T> = DeidentifiedBox<T>;

/** Ciphertext: may rest on the computing side. */
export type Sealed<T> = SealedBox<T>;

/** What a de-identified box holds. Reading is free; storing plaintext is what nobody can do. */
export function readDeidentified<T>(box: Deidentified<T>): T {
  return openBox(box);
}

/** What a sealed box holds: ciphertext. */
export function readSealed<T>(box: Sealed<T>): T {
  return openBox(box);
}

/**
 * Compute from a de-identified value and keep the brand. `compute` must not mix in identified data;
 * it cannot, where its folder may not import the mint that reveals it.
 */
export function derive<T, U>(box: Deidentified<T>, compute: (value: T) => U): Deidentified<U> {
  return new DeidentifiedBox(compute(openBox(box)));
}

/** One de-identified value made of several. */
export function combine<T>(boxes: readonly Deidentified<T>[]): Deidentified<readonly T[]> {
  return new DeidentifiedBox(boxes.map((box) => openBox(box)));
}
