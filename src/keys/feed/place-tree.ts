import { namesOf, type Place, volumeStem } from '../wire/place.ts';

/** What can be so of a place, and so of all that lies in it. */
export const placeMarks = ['hidden', 'locked', 'destroyed', 'held'] as const;
export type PlaceMark = (typeof placeMarks)[number];

interface Branch {
  /** Each with why. */
  readonly marks: Map<PlaceMark, string>;
  readonly below: Map<string, Branch>;
}

/** What is so, each with the reasons that were given, that of the place furthest up first. */
export type PlaceMarks = ReadonlyMap<PlaceMark, readonly string[]>;

const noMarks: ReadonlyMap<PlaceMark, string> = new Map();

/** Places with what is so of them. A line has all marks of the places that it lies in. */
export class PlaceTree {
  readonly #top: Branch = { marks: new Map(), below: new Map() };

  /** @param reason why it is so; undefined where it is not so any more */
  set(place: Place, mark: PlaceMark, reason: string | undefined): void {
    let branch = this.#top;
    for (const name of namesOf(place)) {
      const next = branch.below.get(name) ?? { marks: new Map(), below: new Map() };
      branch.below.set(name, next);
      branch = next;
    }
    if (reason === undefined) branch.marks.delete(mark);
    else branch.marks.set(mark, reason);
  }

  /** What is so of exactly that place and why, whatever is of what it lies in. */
  at(place: Place): ReadonlyMap<PlaceMark, string> {
    let branch: Branch | undefined = this.#top;
    for (const name of namesOf(place)) branch = branch?.below.get(name);
    return branch?.marks ?? noMarks;
  }

  /** What is so of a line or place, and why, by way of all places that cover it. */
  over(line: Place): PlaceMarks {
    const found = new Map<PlaceMark, string[]>();
    const take = (branch: Branch | undefined): void => {
      for (const [mark, reason] of branch?.marks ?? noMarks)
        found.set(mark, [...(found.get(mark) ?? []), reason]);
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
    for (const { place, marks } of this.all()) if (marks.has(mark)) yield place;
  }

  /** All places of which something is so, those further up first. */
  *all(): Generator<{ readonly place: Place; readonly marks: ReadonlyMap<PlaceMark, string> }> {
    yield* marked(this.#top, []);
  }
}

function* marked(branch: Branch, names: readonly string[]): ReturnType<PlaceTree['all']> {
  const [collection, subject, study, series, stem] = names;
  if (collection !== undefined && branch.marks.size > 0) {
    const place = {
      collection,
      ...(subject === undefined ? {} : { subject }),
      ...(study === undefined ? {} : { study }),
      ...(series === undefined ? {} : { series }),
      ...(stem === undefined ? {} : { stem }),
    };
    yield { place, marks: branch.marks };
  }
  for (const [name, below] of branch.below) yield* marked(below, [...names, name]);
}
