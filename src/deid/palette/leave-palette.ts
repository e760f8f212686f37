import {
  type DataElement,
  elementOf,
  type Keyword,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import type { Steps } from '../../lib/streams/steps.ts';
import type { Palette } from '../../pixel/index.ts';
import { deidErrors } from '../errors.ts';
import type { Identifiers } from '../meaning/identifiers.ts';
import type { PaletteTables } from './read-palette.ts';

/**
 * Write the tables of a palette image into its de-identified header, anew and plain: what was between
 * and behind them is gone.
 *
 * @throws MdmError `DEID_PALETTE` where an identifier of the header stands in them
 */
export function* writePalette(
  header: Map<Tag, DataElement>,
  tables: PaletteTables,
  identifiers: Identifiers,
): Steps<void> {
  const { first, bits, red, green, blue } = tables;
  if (yield* holdsIdentifier(tables, identifiers)) {
    throw deidErrors.create('DEID_PALETTE', { message: 'an identifier in a table' });
  }
  for (const [colour, table] of [
    ['Red', red],
    ['Green', green],
    ['Blue', blue],
  ] as const) {
    const descriptor = [table.length === 0x1_0000 ? 0 : table.length, first, bits];
    put(header, `${colour}PaletteColorLookupTableDescriptor`, descriptor);
    put(header, `${colour}PaletteColorLookupTableData`, bytesOf(table, bits));
  }
}

function put(
  header: Map<Tag, DataElement>,
  keyword: Keyword,
  value: readonly number[] | Uint8Array,
): void {
  const vr = value instanceof Uint8Array ? 'OW' : 'US';
  header.set(t[keyword], elementOf(t[keyword], value, { vr }));
}

/** Little endian, as values are held. */
function bytesOf(table: Uint16Array, bits: 8 | 16): Uint8Array {
  if (bits === 16) return new Uint8Array(table.buffer, table.byteOffset, table.byteLength);
  const bytes = new Uint8Array(table.length + (table.length & 1));
  bytes.set(table);
  return bytes;
}

/** The tables as pixels are made plain by: of 16 bits the eight highest. */
export function plainPalette({ first, bits, red, green, blue }: PaletteTables): Palette {
  const colours = new Uint8Array(3 * red.length);
  for (const [place, table] of [red, green, blue].entries()) {
    for (let at = 0; at < table.length; at += 1) {
      colours[3 * at + place] = (table[at] ?? 0) >> (bits - 8);
    }
  }
  return { first, colours };
}

/** Whether letters and digits in a row are an identifier that the header loses. */
function* holdsIdentifier(tables: PaletteTables, identifiers: Identifiers): Steps<boolean> {
  for (const bytes of readingsOf(tables)) {
    for (const word of wordsIn(bytes)) {
      if (identifiers.isText(word)) return true;
      yield;
    }
  }
  return false;
}

/** Table by table and colour by colour: their high bytes, their low ones, and both. */
function* readingsOf({ red, green, blue }: PaletteTables): Generator<Buffer, void, void> {
  const mixed = new Uint16Array(3 * red.length);
  for (const [place, table] of [red, green, blue].entries()) {
    for (const [at, entry] of table.entries()) mixed[3 * at + place] = entry;
  }
  for (const entries of [red, green, blue, mixed]) {
    yield Buffer.from(entries.map((entry) => entry >> 8));
    yield Buffer.from(entries);
    yield Buffer.from(entries.buffer, entries.byteOffset, entries.byteLength);
  }
}

function* wordsIn(bytes: Buffer): Generator<string, void, void> {
  for (const [run] of bytes.toString('latin1').matchAll(/[\p{L}\p{N} ^.:-]{3,}/gu)) {
    yield run;
    yield* run.split(/[ ^]+/);
    yield* run.split(/[^\p{L}\p{N}]+/u);
  }
}
