import {
  type CharacterSet,
  characterSetOf,
  type DataElement,
  type DataSet,
  getStrings,
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

/** What a small header loses (`gatherIdentifiers`). */
export function identifiersOf(header: DataSet): Identifiers {
  return atOnce(gatherIdentifiers(header));
}

/** Gather what a header loses, at every depth. */
export function* gatherIdentifiers(header: DataSet): Steps<Identifiers> {
  const found = new Findings();
  const characterSet = characterSetOf(header);
  for (const element of header.values()) {
    if (element.vr !== 'SQ') {
      gatherElement(element, characterSet, found);
      continue;
    }
    const once = onceShared(element.items, (each) => gatherElement(each, characterSet, found));
    for (const item of element.items) {
      if (item.has(t.SpecificCharacterSet)) gather(item, characterSet, found);
      else for (const each of item.values()) once(each);
      yield;
    }
  }
  return found;
}

/** Nothing to compare with. */
export const noIdentifiers: Identifiers = { isText: () => false, isNumber: () => false };

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

class Findings implements Identifiers {
  readonly #texts = new Set<string>();
  readonly #numbers = new Set<string>();

  isText(text: string): boolean {
    return this.#texts.has(fold(text));
  }

  isNumber(value: number, kind: NumberKind): boolean {
    if (kind === 'i' || kind === 'p') return false;
    if (!Number.isInteger(value)) return this.#isFraction(value);
    const digits = String(Math.abs(value));
    const isLong = kind === 'n' || (kind === 'f' && digits.length >= physicsMinDigits);
    return isLong && this.#numbers.has(digits);
  }

  /** Whether all digits, or those behind the point, are an identifier. */
  #isFraction(value: number): boolean {
    const [mantissa = '', exponent] = String(value).split('e');
    const behind = exponent === undefined ? mantissa.replace(/^.*\./, '') : mantissa;
    return [behind, mantissa].some((digits) => {
      const number = withoutZeros(digits.replaceAll(/\D/g, ''));
      return number.length >= physicsMinDigits && this.#numbers.has(number);
    });
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
      if (form.length >= identifierMinChars) this.#texts.add(form);
    }
    const digits = whole.replaceAll(/\D/g, '');
    const isAll = /^[\d\s./-]*$/.test(whole);
    if (digits.length >= (isAll ? identifierMinChars : physicsMinDigits)) this.#addNumber(digits);
  }

  #addName(text: string): void {
    for (const group of text.split('=')) {
      const whole = fold(group.replaceAll('^', ' '));
      for (const part of [whole, ...whole.split(/[^\p{L}\p{N}]+/u)]) {
        if (part.length >= namePartMinChars) this.#texts.add(part);
      }
    }
  }

  /** YYYYMMDD or, of old, YYYY.MM.DD; a time may follow. @standard PS3.5 Table 6.2-1 */
  #addDate(text: string): void {
    const parts = /^(\d{4})[.-]?(\d{2})[.-]?(\d{2})(.*)$/.exec(text.trim());
    if (parts === null) return;
    const [, year = '', month = '', day = '', rest = ''] = parts;
    for (const between of ['', '.', '-', ' ', '_']) {
      this.#texts.add([year, month, day].join(between));
      this.#texts.add([day, month, year].join(between));
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
      this.#texts.add(form);
    if (withoutZeros(whole).length >= timeMinDigits) this.#addNumber(whole);
  }

  #addNumber(digits: string): void {
    const number = withoutZeros(digits);
    if (number.length >= identifierMinChars) this.#numbers.add(number);
  }
}
