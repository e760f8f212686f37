import { type KeyLine, namesOf, type Place, volumeStem } from '../wire/place.ts';

/** What can be so of a place, and so of all that lies in it. */
export const placeMarks = ['hidden', 'locked', 'destroyed', 'held'] as const;
export type PlaceMark = (typeof placeMarks)[number];

interface Branch {
  readonly marks: Set<PlaceMark>;
  readonly below: Map<string, Branch>;
}

const noMarks: ReadonlySet<PlaceMark> = new Set();

/** Places with what is so of them. A line has all marks of the places that it lies in. */
export class PlaceTree {
  readonly #top: Branch = { marks: new Set(), below: new Map() };

  set(place: Place, mark: PlaceMark, isSo: boolean): void {
    let branch = this.#top;
    for (const name of namesOf(place)) {
      const next = branch.below.get(name) ?? { marks: new Set(), below: new Map() };
      branch.below.set(name, next);
      branch = next;
    }
    if (isSo) branch.marks.add(mark);
    else branch.marks.delete(mark);
  }

  /** What is so of exactly that place, whatever is of what it lies in. */
  at(place: Place): ReadonlySet<PlaceMark> {
    let branch: Branch | undefined = this.#top;
    for (const name of namesOf(place)) branch = branch?.below.get(name);
    return branch?.marks ?? noMarks;
  }

  /** What is so of a line, by way of any place that covers it. */
  over(line: KeyLine): ReadonlySet<PlaceMark> {
    const found = new Set<PlaceMark>();
    const take = (branch: Branch | undefined): void => {
      for (const mark of branch?.marks ?? noMarks) found.add(mark);
    };
    let branch: Branch | undefined = this.#top;
    for (const name of namesOf(line)) {
      if (branch !== undefined && name === volumeStem)
        for (const [stem, volume] of branch.below) if (stem.startsWith('v-')) take(volume);
      branch = branch?.below.get(name);
      take(branch);
    }
    return found;
  }

  /** All places that have a mark themselves. */
  *withMark(mark: PlaceMark): Generator<Place> {
    yield* placesWith(this.#top, mark, []);
  }
}

function* placesWith(branch: Branch, mark: PlaceMark, names: readonly string[]): Generator<Place> {
  const [collection, subject, study, series, stem] = names;
  if (collection !== undefined && branch.marks.has(mark)) {
    yield {
      collection,
      ...(subject === undefined ? {} : { subject }),
      ...(study === undefined ? {} : { study }),
      ...(series === undefined ? {} : { series }),
      ...(stem === undefined ? {} : { stem }),
    };
  }
  for (const [name, below] of branch.below) yield* placesWith(below, mark, [...names, name]);
}
