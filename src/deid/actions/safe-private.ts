import {
  type DataElement,
  type DataSet,
  elementOf,
  itemsOfUnknown,
  type Tag,
} from '../../dicom/index.ts';
import { type PrivateName, philipsScaleNames, privateElements } from '../../facts/index.ts';
import { viewOf } from '../../lib/bytes/bytes.ts';
import type { Identifiers } from '../meaning/identifiers.ts';

/**
 * Private elements that stay, because pixels are scaled by them: the two numbers of Philips, in an image
 * or in what repeats them for a frame, of which all else goes. Both are known to be safe by the standard's
 * table. They stay in the block where they were, under their creator.
 *
 * @standard PS3.15 §E.3.10, Table E.3.10-1
 */
export class SafePrivate {
  readonly #identifiers: Identifiers;
  #isUsed = false;

  constructor(identifiers: Identifiers) {
    this.#identifiers = identifiers;
  }

  /** Whether anything stayed. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Put what may stay of a data set beside what the rules left of it. */
  keep(dataSet: DataSet, left: Map<Tag, DataElement>): void {
    if (!holdsGroup(dataSet)) return;
    const before = left.size;
    this.#keepNumbers(dataSet, left);
    for (const name of philipsScaleNames.copies) {
      for (const element of privateElements(dataSet, name)) {
        const items = [...(itemsOfUnknown(element) ?? [])].map((item) => this.#numbersOf(item));
        if (items.some((item) => item.size > 0))
          put(left, name, { tag: element.tag, vr: 'SQ', items });
      }
    }
    this.#isUsed ||= left.size > before;
  }

  #numbersOf(item: DataSet): Map<Tag, DataElement> {
    const left = new Map<Tag, DataElement>();
    this.#keepNumbers(item, left);
    return left;
  }

  #keepNumbers(dataSet: DataSet, left: Map<Tag, DataElement>): void {
    for (const name of philipsScaleNames.numbers) {
      for (const element of privateElements(dataSet, name)) {
        if (element.vr === 'SQ' || !this.#isNumber(element)) continue;
        put(left, name, { tag: element.tag, vr: 'FL', value: element.value });
      }
    }
  }

  /** One finite number, which says nothing that the header loses; archives may have lost its VR. */
  #isNumber({ vr, value }: Exclude<DataElement, { vr: 'SQ' }>): boolean {
    if ((vr !== 'FL' && vr !== 'UN') || value.length !== 4) return false;
    const number = viewOf(value).getFloat32(0, true);
    if (!Number.isFinite(number) || this.#identifiers.isNumber(number, 'f')) return false;
    return !this.#identifiers.isText(Buffer.from(value).toString('latin1'));
  }
}

function holdsGroup(dataSet: DataSet): boolean {
  for (const tag of dataSet.keys()) if (tag >>> 16 === philipsScaleNames.group) return true;
  return false;
}

/** With the creator of its block. @standard PS3.5 §7.8.1 */
function put(left: Map<Tag, DataElement>, { creator }: PrivateName, element: DataElement): void {
  const block = (element.tag & 0xffff_0000) + ((element.tag & 0xff00) >>> 8);
  left.set(block, elementOf(block, creator, { vr: 'LO' }));
  left.set(element.tag, element);
}
