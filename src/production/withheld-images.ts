import { deidErrors, type WithheldImage } from '../deid/index.ts';

/** An image that may not leave, and why. */
export interface Withheld {
  readonly code: string;
  readonly image: WithheldImage;
}

/** The images of a series that may not leave, and the stacks that they spoil. */
export class WithheldImages {
  readonly #all: Withheld[] = [];

  add(withheld: Withheld): void {
    this.#all.push(withheld);
  }

  /** Why the series lacks an image. */
  get code(): string | undefined {
    return firstWithheld(this.#all.map(({ code }) => code));
  }

  /** Why the stack of a slice lacks another, if an image that may not leave could be one of it. */
  spoilerOf(slice: WithheldImage): string | undefined {
    const spoilers = this.#all.filter(({ image }) => couldBeOf(image, slice));
    return firstWithheld(spoilers.map(({ code }) => code));
  }

  /** Whether one of those may be how it came, and not the image. */
  mayBeWhole(slice: WithheldImage): boolean {
    return this.#all.some(({ code, image }) => mayBeRepaired(code) && couldBeOf(image, slice));
  }
}

/** Of several reasons the one that is given: what may be repaired comes last. */
export function firstWithheld(codes: readonly string[]): string | undefined {
  return precedence.find((code) => codes.includes(code));
}

const repairable: readonly string[] = ['DEID_MALFORMED', 'DEID_FRAME_UNREAD'];

/** Whether it may be how an image came, or was read, and not the image. */
const mayBeRepaired = (code: string): boolean => repairable.includes(code);

const precedence: readonly string[] = [
  ...Object.keys(deidErrors.rows).filter((code) => !mayBeRepaired(code)),
  ...repairable,
];

/** Whether an image could be of the stack of a slice, by what is known of it. */
function couldBeOf(image: WithheldImage, slice: WithheldImage): boolean {
  const isAlike = (side: 'rows' | 'columns'): boolean => {
    const [one, other] = [image[side], slice[side]];
    return one.kind !== 'value' || other.kind !== 'value' || one.value === other.value;
  };
  const isOfKind = image.sopClassUid === '' || image.sopClassUid === slice.sopClassUid;
  return isOfKind && isAlike('rows') && isAlike('columns');
}
