import {
  type CharacterSet,
  characterSetOf,
  type DataElement,
  type DataSet,
  defaultCharacterSet,
  getStrings,
  type ItemList,
  onceInCommon,
  onceShared,
  type Tag,
  tag as t,
  type Vr,
  vrOf,
} from '../../dicom/index.ts';
import { atOnce, type Steps } from '../../lib/streams/steps.ts';
import type { NumberKind } from './bounds.ts';

/** What the header of an instance, or the answer to a query, loses: no kept value may equal it. */
export interface Identifiers {
  /** Whether a text is an identifier, a part of a name, a date or a time of the header. */
  isText(text: string): boolean;
  /**
   * The same for a number, or for its fraction. Facts of the image and its pixel description are never
   * compared: an image is not withheld because two numbers meet.
   */
  isNumber(value: number, kind: NumberKind): boolean;
  /** Whether the answer to any of these questions is yes. */
  areAny(asked: AskedIdentifiers): boolean;
}

/** Says no to every question, and remembers them, to be asked again of another header. */
export class AskedIdentifiers implements Identifiers {
  readonly texts = new Set<string>();
  readonly numbers = new Set<string>();

  get isEmpty(): boolean {
    return this.texts.size === 0 && this.numbers.size === 0;
  }

  isText(text: string): boolean {
    this.texts.add(fold(text));
    return false;
  }

  isNumber(value: number, kind: NumberKind): boolean {
    for (const digits of comparedDigits(value, kind)) this.numbers.add(digits);
    return false;
  }

  areAny(): boolean {
    return false;
  }
}

/** Attributes whose whole value names somebody or something of somebody, from 4 characters on. */
const identifierTags: ReadonlySet<Tag> = new Set([
  t.PatientID,
  t.OtherPatientIDs,
  t.AccessionNumber,
  t.StudyID,
  t.MedicalRecordLocator,
  t.AdmissionID,
  t.ServiceEpisodeID,
  t.RequestedProcedureID,
  t.ScheduledProcedureStepID,
  t.PerformedProcedureStepID,
  t.FillerOrderNumberImagingServiceRequest,
  t.PlacerOrderNumberImagingServiceRequest,
  t.DeviceSerialNumber,
]);

const identifierMinChars = 4;
const namePartMinChars = 3;
/** Digits from which a number of physics is compared: shorter ones meet by chance. */
const physicsMinDigits = 6;
/** Digits of a time without its leading zeros: shorter ones are counts. */
const timeMinDigits = 5;

/** What a small header loses. */
export function identifiersOf(header: DataSet): Identifiers {
  return atOnce(createGatherer()(header));
}

/** Gathers what a header loses, at every depth. */
export type IdentifierGatherer = (header: DataSet) => Steps<Identifiers>;

/** Make a gatherer of headers that follow each other; what they have in common is gathered once. */
export function createGatherer(): IdentifierGatherer {
  let latest = gathererIn(undefined, defaultCharacterSet);
  return function* (header) {
    const characterSet = characterSetOf(header);
    const found = new Findings();
    const charset = header.get(t.SpecificCharacterSet);
    if (charset !== latest.charset) latest = gathererIn(charset, characterSet);
    // Another header may have its turn before this one is through.
    const { gatherOnce } = latest;
    for (const element of header.values()) {
      if (element.vr === 'SQ' && isLong(element.items)) {
        yield* gatherItems(element.items, characterSet, found);
      } else {
        const ofElement = gatherOnce(element);
        if (ofElement !== undefined) found.addAll(ofElement);
      }
      yield;
    }
    return found;
  };
}

/** What gathers from elements of headers in one character set. */
const gathererIn = (charset: DataElement | undefined, characterSet: CharacterSet) => ({
  charset,
  gatherOnce: onceInCommon((element) => gatherSmall(element, characterSet)),
});

/** Items of a sequence that are gathered without a pause, and elements of each. */
const itemsAtOnceMax = 16;
const elementsAtOnceMax = 64;

const isLong = (items: ItemList): boolean =>
  items.length > itemsAtOnceMax || [...items].some(({ size }) => size > elementsAtOnceMax);

function* gatherItems(items: ItemList, characterSet: CharacterSet, found: Findings): Steps<void> {
  const once = onceShared(items, (each) => gatherElement(each, characterSet, found));
  for (const item of items) {
    if (item.has(t.SpecificCharacterSet)) gather(item, characterSet, found);
    else for (const each of item.values()) once(each);
    yield;
  }
}

/** What an element states; undefined where that is nothing, as of most. */
function gatherSmall(element: DataElement, characterSet: CharacterSet): Findings | undefined {
  const found = new Findings();
  gatherElement(element, characterSet, found);
  return found.texts.size === 0 && found.numbers.size === 0 ? undefined : found;
}

/** Nothing to compare with. */
export const noIdentifiers: Identifiers = {
  isText: () => false,
  isNumber: () => false,
  areAny: () => false,
};

function gather(dataSet: DataSet, inherited: CharacterSet, found: Findings): void {
  const characterSet = characterSetOf(dataSet, inherited);
  for (const element of dataSet.values()) gatherElement(element, characterSet, found);
}

function gatherElement(element: DataElement, characterSet: CharacterSet, found: Findings): void {
  const { tag, vr } = element;
  if (vr === 'SQ') {
    for (const item of element.items) gather(item, characterSet, found);
    return;
  }
  const add = found.adderFor(tag, vr === 'UN' ? vrOf(tag) : vr);
  if (add === undefined) return;
  const alone = new Map([[tag, element]]);
  for (const text of getStrings(alone, tag, { inherited: characterSet })) add(text);
}

/** Texts in capitals without accents, since a coded string could hold them so. */
const fold = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').trim().toUpperCase();

const withoutZeros = (digits: string): string => digits.replace(/^0+/, '');

/** The digits by which a number is compared; none where it never is, or is too short. */
function comparedDigits(value: number, kind: NumberKind): readonly string[] {
  if (kind === 'i' || kind === 'p') return [];
  if (!Number.isInteger(value)) return digitsOfFraction(value);
  const digits = String(Math.abs(value));
  const isLong = kind === 'n' || (kind === 'f' && digits.length >= physicsMinDigits);
  return isLong ? [digits] : [];
}

/** All digits, and those behind the point. */
function digitsOfFraction(value: number): readonly string[] {
  const [mantissa = '', exponent] = String(value).split('e');
  const behind = exponent === undefined ? mantissa.replace(/^.*\./, '') : mantissa;
  return [behind, mantissa]
    .map((digits) => withoutZeros(digits.replaceAll(/\D/g, '')))
    .filter((number) => number.length >= physicsMinDigits);
}

class Findings implements Identifiers {
  readonly texts = new Set<string>();
  readonly numbers = new Set<string>();

  isText(text: string): boolean {
    return this.texts.has(fold(text));
  }

  isNumber(value: number, kind: NumberKind): boolean {
    return comparedDigits(value, kind).some((digits) => this.numbers.has(digits));
  }

  areAny({ texts, numbers }: AskedIdentifiers): boolean {
    for (const text of texts) if (this.texts.has(text)) return true;
    for (const digits of numbers) if (this.numbers.has(digits)) return true;
    return false;
  }

  addAll({ texts, numbers }: Findings): void {
    for (const text of texts) this.texts.add(text);
    for (const digits of numbers) this.numbers.add(digits);
  }

  /** What takes the texts of an attribute; none: they identify nobody. */
  adderFor(tag: Tag, vr: Vr): ((text: string) => void) | undefined {
    if (identifierTags.has(tag)) return (text) => this.#addIdentifier(text);
    switch (vr) {
      case 'PN':
        return (text) => this.#addName(text);
      case 'DA':
      case 'DT':
        return (text) => this.#addDate(text);
      case 'TM':
        return (text) => this.#addTime(text);
      default:
        return undefined;
    }
  }

  /** As it is, without what separates its parts, and as the number that its digits make. */
  #addIdentifier(text: string): void {
    const whole = fold(text);
    for (const form of [whole, whole.replaceAll(/[^\p{L}\p{N}]/gu, '')]) {
      if (form.length >= identifierMinChars) this.texts.add(form);
    }
    const digits = whole.replaceAll(/\D/g, '');
    const isAll = /^[\d\s./-]*$/.test(whole);
    if (digits.length >= (isAll ? identifierMinChars : physicsMinDigits)) this.#addNumber(digits);
  }

  #addName(text: string): void {
    for (const group of text.split('=')) {
      const whole = fold(group.replaceAll('^', ' '));
      for (const part of [whole, ...whole.split(/[^\p{L}\p{N}]+/u)]) {
        if (part.length >= namePartMinChars) this.texts.add(part);
      }
    }
  }

  /** YYYYMMDD or, of old, YYYY.MM.DD; a time may follow. @standard PS3.5 Table 6.2-1 */
  #addDate(text: string): void {
    const parts = /^(\d{4})[.-]?(\d{2})[.-]?(\d{2})(.*)$/.exec(text.trim());
    if (parts === null) return;
    const [, year = '', month = '', day = '', rest = ''] = parts;
    for (const between of ['', '.', '-', ' ', '_']) {
      this.texts.add([year, month, day].join(between));
      this.texts.add([day, month, year].join(between));
    }
    this.#addNumber(year + month + day);
    this.#addNumber(day + month + year);
    this.#addNumber((year + month + day).slice(2));
    if (rest !== '') this.#addTime(rest.replace(/[+-]\d{4}$/, ''));
  }

  /** HHMMSS or, of old, HH:MM:SS, with a fraction or none. @standard PS3.5 Table 6.2-1 */
  #addTime(text: string): void {
    const parts = /^(\d{2}):?(\d{2}):?(\d{2})(\.\d+)?$/.exec(text.trim());
    if (parts === null) return;
    const [, hours = '', minutes = '', seconds = '', fraction = ''] = parts;
    const whole = hours + minutes + seconds;
    for (const form of [whole, whole + fraction, `${hours}:${minutes}:${seconds}`])
      this.texts.add(form);
    if (withoutZeros(whole).length >= timeMinDigits) this.#addNumber(whole);
  }

  #addNumber(digits: string): void {
    const number = withoutZeros(digits);
    if (number.length >= identifierMinChars) this.numbers.add(number);
  }
}
