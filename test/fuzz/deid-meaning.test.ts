import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameElements } from '../../src/deid/facts/find-lost.ts';
import { boundsOf, isWithin } from '../../src/deid/meaning/bounds.ts';
import { keepRows } from '../../src/deid/profile/generated/keep-list.ts';
import { supportedSopClasses } from '../../src/deid/profile/generated/sop-classes.ts';
import {
  type DataElement,
  type DataSet,
  dataSetOf,
  elementOf,
  getNumbers,
  getStrings,
  keywordOf,
  lookup,
  sopClass,
  type Tag,
  tag as t,
  type Vr,
  vrTraits,
} from '../../src/dicom/index.ts';
import { numberFacts } from '../../src/facts/index.ts';
import { imageOf, runDeid } from '../conformance/ps3.15/deid-object.ts';

/*
 * What identifies, planted in the form that the attribute's VR allows (names in capitals, record
 * numbers and dates as numbers or as the bytes of numbers, digits as codes and under the standard's
 * UID root), in every attribute of the keep list, at the top and three sequences down, in every SOP
 * class: nothing of it is left.
 */

const identity = {
  PatientName: 'MUSTERMANN^ERIKA LEA',
  PatientID: '4711882',
  OtherPatientIDsSequence: [dataSetOf({ PatientID: '0815' })],
  AccessionNumber: '6006001',
  StudyID: '77123',
  StudyDate: '20240229',
  StudyTime: '104512',
  ReferringPhysicianName: 'HEAD^AXEL',
} as const;

const words = ['MUSTERMANN', 'ERIKA', 'LEA', 'HEAD', 'AXEL', '4711882', '20240229', '77123'];
const figures = [4_711_882, 815_000, 6_006_001, 77_123, 20_240_229, 104_512, 29_022_024];

/** Bytes that a number's field could hold instead of numbers. */
const textBytes = ['ERIKALEA', 'LEA ', '4711882 ', '20240229', '0815', '77123 '].map((text) =>
  Buffer.from(text, 'latin1'),
);

/** A number as the bytes of a binary VR; none where the VR cannot hold it. */
function numberBytes(vr: Vr, value: number): Uint8Array | undefined {
  const bytes = Buffer.alloc(8);
  switch (vr) {
    case 'FD':
      bytes.writeDoubleLE(value);
      return bytes;
    case 'FL':
      bytes.writeFloatLE(value);
      return bytes.subarray(0, 4);
    case 'SL':
    case 'UL':
    case 'AT':
      bytes.writeUInt32LE(value);
      return bytes.subarray(0, 4);
    case 'US':
    case 'SS':
      if (value > 0xffff) return undefined;
      bytes.writeUInt16LE(value);
      return bytes.subarray(0, 2);
    default:
      return undefined;
  }
}

type Plant = Exclude<DataElement, { vr: 'SQ' }>;

function plantsOf(tag: Tag): readonly DataElement[] {
  const vrs = lookup(tag)?.vrs ?? [];
  return vrs.flatMap((vr): readonly DataElement[] => {
    if (vr === 'SQ') return codePlants(tag);
    if (vr === 'UI') {
      const uids = ['1.2.840.10008.4711882', '1.2.840.10008.1.2.20240229', '2.25.4711882'];
      return uids.map((uid) => elementOf(tag, uid, { vr }));
    }
    const plant = (value: Uint8Array): Plant => ({ tag, vr, value });
    const isBinary = vrTraits[vr].kind === 'binary';
    if (!isBinary) return [...words, ...lists].map((text) => plant(padded(text)));
    const numbers = figures.flatMap((figure) => numberBytes(vr, figure) ?? []);
    return [...numbers, ...textBytes].map(plant);
  });
}

/** Behind the point of a number that may stay. */
const fractions = ['0.4711882', '12.004711882', '4.711882E-8', '1.2024022900'];

/** Among values that may stay. */
const lists = ['ORIGINAL\\ERIKA\\AXIAL', '1\\77123', '+04711882', '2024.02', ...fractions];

const padded = (text: string): Uint8Array =>
  Buffer.from(text.length % 2 === 0 ? text : `${text} `, 'latin1');

function codePlants(tag: Tag): readonly DataElement[] {
  const codes = [
    ['4711882', 'DCM'],
    ['20240229', 'SCT'],
    ['77123', 'FMA'],
    ['MUSTERMANN', '99ERIKA'],
    ['{ERIKA}', 'UCUM'],
    ['C4711882', 'NCIt'],
    ['69536005', 'SCT'],
  ] as const;
  return codes.map(([CodeValue, CodingSchemeDesignator]) => {
    const code = { CodeValue, CodingSchemeDesignator, CodeMeaning: 'ERIKA' };
    return elementOf(tag, [
      dataSetOf({ ...code, ContextIdentifier: '77123', MappingResource: 'LEA' }),
    ]);
  });
}

/** What the object is recognized by, and what would have it withheld for another reason. */
const fixed: ReadonlySet<Tag> = new Set([
  t.SOPClassUID,
  t.SpecificCharacterSet,
  t.PhotometricInterpretation,
  t.BurnedInAnnotation,
  t.ConversionType,
]);

/** Functional groups and dimensions, which the facts do not name one by one. */
const frameTags: readonly Tag[] = frameElements.map((keyword) => t[keyword]);

const keptTags = keepRows.split('\n').map((row) => Number.parseInt(row.slice(0, 8), 16));
const folded = new Set(words);
const numbers = new Set(figures);

/** The first value of a data set that identifies, with the attribute it stands in. */
function findIdentity(dataSet: DataSet): string | undefined {
  for (const [tag, element] of dataSet) {
    if (element.vr === 'SQ') {
      const inner = element.items.map(findIdentity).find((found) => found !== undefined);
      if (inner !== undefined) return `${keywordOf(tag)} > ${inner}`;
    } else if (isIdentity(dataSet, tag)) return keywordOf(tag) ?? 'an unknown attribute';
  }
  return undefined;
}

function isIdentity(dataSet: DataSet, tag: Tag): boolean {
  const texts = getStrings(dataSet, tag).map((text) => text.toUpperCase());
  if (texts.some((text) => folded.has(text) || /4711882|20240229|ERIKA/.test(text))) {
    return !isPhysics(dataSet, tag);
  }
  const raw = dataSet.get(tag);
  if (raw === undefined || raw.vr === 'SQ') return false;
  if (textBytes.some((bytes) => Buffer.from(raw.value).includes(bytes))) return true;
  return texts.some((text) => numbers.has(Number(text))) && !isPhysics(dataSet, tag);
}

/**
 * What an image is read and placed by may meet a number by chance, within its bounds; other geometry
 * and physics too, but not in so many digits as a fraction has.
 */
function isPhysics(dataSet: DataSet, tag: Tag): boolean {
  const bounds = boundsOf(tag);
  if (bounds === undefined || bounds.kind === 'n') return false;
  const isExact = bounds.kind === 'g' || bounds.kind === 'f';
  return getNumbers(dataSet, tag).every(
    (value) => isWithin(bounds, value) && (!isExact || Number.isInteger(value)),
  );
}

/** The plants of one round: the n-th of each attribute; fewer attributes have many. */
function roundsOf(tags: readonly Tag[]): readonly (readonly DataElement[])[] {
  const plants = tags.map(plantsOf);
  const rounds = Math.max(...plants.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) =>
    plants.flatMap((each) => each[round] ?? []).toSorted((a, b) => a.tag - b.tag),
  );
}

const itemOf = (elements: readonly DataElement[]): DataSet =>
  new Map(elements.map((element) => [element.tag, element]));

const wrap = (elements: readonly DataElement[]): DataElement => {
  const middle = elementOf(t.ReferencedSOPSequence, [itemOf(elements)]);
  return elementOf(t.ReferencedSeriesSequence, [itemOf([middle])]);
};

/** The code of an instance that is withheld, else `released`; fails where what came out identifies. */
async function outcomeOf(sopClassUid: string, plants: readonly DataElement[]): Promise<string> {
  const run = await runDeid(imageOf({ ...identity, SOPClassUID: sopClassUid }, plants));
  if (run.outcome.kind === 'withheld') return run.outcome.code;
  assert.equal(findIdentity(run.dataSet), undefined);
  return 'released';
}

/** By these images are read and placed: an instance that has lost one is withheld. */
const needed = new Set([
  ...Object.values(numberFacts).map(({ source }) => t[source]),
  ...frameTags,
]);
const plain = keptTags.filter((tag) => !needed.has(tag) && !fixed.has(tag));

for (const { uid, family } of supportedSopClasses) {
  test(`${family} ${uid}: nothing that identifies stays, at any depth`, async () => {
    for (const plants of roundsOf(plain)) {
      assert.equal(await outcomeOf(uid, plants), 'released');
      assert.equal(await outcomeOf(uid, [wrap(plants)]), 'released');
    }
    for (const plants of roundsOf([...needed])) await outcomeOf(uid, [wrap(plants)]);
  });
}

test('in what an image is read and placed by, it stays neither, or the instance does not leave', async () => {
  const outcomes = new Set<string>();
  for (const tag of needed) {
    for (const plant of plantsOf(tag)) {
      outcomes.add(await outcomeOf(sopClass.EnhancedMRImageStorage, [plant]));
    }
  }
  assert.ok(outcomes.has('DEID_FACT_NOT_KEPT') && outcomes.has('released'));
});

test('the search finds what it looks for', () => {
  assert.equal(findIdentity(dataSetOf({ ScanOptions: 'ERIKA' })), 'ScanOptions');
  assert.equal(findIdentity(dataSetOf({ SeriesNumber: '77123' })), 'SeriesNumber');
  const code = dataSetOf({ AnatomicRegionSequence: [dataSetOf({ CodeValue: '4711882' })] });
  assert.equal(findIdentity(code), 'AnatomicRegionSequence > CodeValue');
  assert.equal(findIdentity(imageOf()), undefined);
});
