import { knownValue } from '../fact.ts';
import type { ImageFacts } from '../image-facts.ts';
import type { AcquisitionGroup } from './acquisition-group.ts';

type Said = Pick<ImageFacts, 'acquisition' | 'position'>;

/** What all images of a series say of its place in an acquisition: one thing, or nothing. */
export class AcquisitionTally {
  #first: Said | undefined;
  #isAgreed = true;

  /** Another image of the series. */
  add(said: Said): void {
    this.#first ??= said;
    this.#isAgreed &&= isAlike(this.#first, said);
  }

  /** An image of which nothing may be known: it may say something else. */
  addUnknown(): void {
    this.#isAgreed = false;
  }

  get group(): AcquisitionGroup | undefined {
    return this.#isAgreed ? this.#first?.acquisition : undefined;
  }
}

function isAlike(first: Said, other: Said): boolean {
  const [one, another] = [first.acquisition, other.acquisition];
  if (one === undefined || another === undefined) return false;
  if (one.id !== another.id || one.place !== another.place) return false;
  if (one.expected !== another.expected) return false;
  return !one.onePlace || isAtOnePlace(first, other);
}

function isAtOnePlace(first: Said, other: Said): boolean {
  const [one, another] = [knownValue(first.position), knownValue(other.position)];
  return one !== undefined && one.every((value, axis) => value === another?.[axis]);
}
