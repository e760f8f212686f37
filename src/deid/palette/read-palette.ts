import { type DataSet, type Keyword, tag as t } from '../../dicom/index.ts';
import { type ImageFacts, knownValue, valueOr } from '../../facts/index.ts';
import { viewOf } from '../../lib/bytes/bytes.ts';
import { deidErrors } from '../errors.ts';
import { expandSegments } from './expand-segments.ts';

/** The colours of a palette image: an entry of each table for each index. @standard PS3.3 §C.7.6.3.1.5 */
export interface PaletteTables {
  /** The index of the first entry; lower ones have its colour, higher ones than there are the last. */
  readonly first: number;
  /** Of an entry. */
  readonly bits: 8 | 16;
  readonly red: Uint16Array;
  readonly green: Uint16Array;
  readonly blue: Uint16Array;
}

/** What tables are read by. */
export type PaletteFacts = Pick<ImageFacts, 'photometric' | 'bitsStored' | 'pixelRepresentation'>;

/**
 * The lookup tables of a palette image, expanded where they are written in segments; undefined of any
 * other image. Entries that no index of the stored bits reaches are left out: nobody would see what
 * they say.
 *
 * @throws MdmError `DEID_PALETTE` where tables are absent, of other lengths than their descriptors say,
 *   or where the three do not agree
 * @standard PS3.3 §C.7.6.3.1.5, §C.7.6.3.1.6, §C.7.9
 */
export function readPalette(header: DataSet, facts: PaletteFacts): PaletteTables | undefined {
  if (knownValue(facts.photometric) !== 'PALETTE COLOR') return undefined;
  if (valueOr(facts.pixelRepresentation, 0) !== 0) throw unreadable('signed indices');
  const [red, green, blue] = (['Red', 'Green', 'Blue'] as const).map((colour) =>
    descriptorAt(header, `${colour}PaletteColorLookupTableDescriptor`),
  ) as [Descriptor, Descriptor, Descriptor]; // three colours, three descriptors
  const isOne = [green, blue].every((other) => isSame(red, other));
  if (!isOne) throw unreadable('descriptors disagree');
  const reached = 2 ** (knownValue(facts.bitsStored) ?? 0) - red.first;
  const entries = Math.max(1, Math.min(red.entries, reached));
  const tableOf = (colour: 'Red' | 'Green' | 'Blue'): Uint16Array =>
    tableAt(header, colour, red).slice(0, entries);
  return {
    first: red.first,
    bits: red.bits,
    red: tableOf('Red'),
    green: tableOf('Green'),
    blue: tableOf('Blue'),
  };
}

interface Descriptor {
  readonly entries: number;
  readonly first: number;
  readonly bits: 8 | 16;
}

const isSame = (a: Descriptor, b: Descriptor): boolean =>
  a.entries === b.entries && a.first === b.first && a.bits === b.bits;

/** 0 entries are 65,536. The first value has no sign, whatever the VR. */
function descriptorAt(header: DataSet, keyword: Keyword): Descriptor {
  const element = header.get(t[keyword]);
  if (element === undefined || (element.vr !== 'US' && element.vr !== 'SS')) {
    throw unreadable('no descriptor');
  }
  if (element.value.length !== 6) throw unreadable('descriptor of other length');
  const view = viewOf(element.value);
  const [entries, first, bits] = [0, 2, 4].map((at) => view.getUint16(at, true));
  if (bits !== 8 && bits !== 16) throw unreadable('entries of other bits');
  return { entries: entries === 0 ? 0x1_0000 : (entries ?? 0), first: first ?? 0, bits };
}

function tableAt(
  header: DataSet,
  colour: 'Red' | 'Green' | 'Blue',
  { entries, bits }: Descriptor,
): Uint16Array {
  const plain = bytesAt(header, `${colour}PaletteColorLookupTableData`);
  if (plain !== undefined) return plainTable(plain, { entries, bits });
  const segments = bytesAt(header, `Segmented${colour}PaletteColorLookupTableData`);
  if (segments === undefined) throw unreadable('no table');
  const table = expandSegments(bits === 16 ? wordsIn(segments) : segments, entries);
  return table ?? unreadableTable();
}

/** Entries of 8 bits have a byte each, or the low one of a word. */
function plainTable(
  bytes: Uint8Array,
  { entries, bits }: Pick<Descriptor, 'entries' | 'bits'>,
): Uint16Array {
  const evenBytes = entries + (entries & 1);
  if (bits === 8 && bytes.length === evenBytes) return Uint16Array.from(bytes.subarray(0, entries));
  if (bytes.length !== 2 * entries) return unreadableTable();
  const words = wordsIn(bytes);
  return bits === 16 || words.every((word) => word < 0x100) ? words : unreadableTable();
}

function unreadableTable(): never {
  throw unreadable('table of other length');
}

function wordsIn(bytes: Uint8Array): Uint16Array {
  const view = viewOf(bytes);
  return Uint16Array.from({ length: bytes.length >> 1 }, (_, at) => view.getUint16(2 * at, true));
}

function bytesAt(header: DataSet, keyword: Keyword): Uint8Array | undefined {
  const element = header.get(t[keyword]);
  return element === undefined || element.vr === 'SQ' || element.value.length === 0
    ? undefined
    : element.value;
}

const unreadable = (message: string): Error => deidErrors.create('DEID_PALETTE', { message });
