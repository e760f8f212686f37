import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DataElement, elementOf, type Tag, tag, type Vr } from '../../../dicom/index.ts';
import { atOnce } from '../../../lib/streams/steps.ts';
import { readScan } from '../../scan/read-scan.ts';
import { polarityOf } from './polarity.ts';

type Texts = Readonly<Record<number, string>>;

function headerOf(texts: Texts, publicTexts: Texts = {}): ReadonlyMap<Tag, DataElement> {
  const header = new Map<Tag, DataElement>();
  const add = (at: Tag, vr: Exclude<Vr, 'SQ'>, text: string): void => {
    const value = Buffer.from(text.length % 2 === 0 ? text : `${text} `);
    header.set(at, { tag: at, vr, value });
  };
  add(0x00190010, 'LO', 'GEMS_ACQU_01');
  add(0x00430010, 'LO', 'GEMS_PARM_01');
  for (const [at, text] of Object.entries(texts)) add(Number(at), 'DS', text);
  const usual = {
    [tag.Manufacturer]: 'GE MEDICAL SYSTEMS',
    [tag.PatientPosition]: 'HFS',
    [tag.InPlanePhaseEncodingDirection]: 'COL',
    [tag.ImageOrientationPatient]: '1\\0\\0\\0\\1\\0',
  };
  for (const [at, text] of Object.entries({ ...usual, ...publicTexts })) {
    header.set(Number(at), elementOf(Number(at), text));
  }
  return header;
}

const vector = (x: number, y: number, z: number): Texts => ({
  0x001910bb: String(x),
  0x001910bc: String(y),
  0x001910bd: String(z),
});

const diffusionOf = (header: ReadonlyMap<Tag, DataElement>): unknown => {
  const { bValue, direction } = atOnce(readScan(header)) ?? {};
  return { bValue, direction: direction?.map((value) => Number(value.toFixed(3)) + 0) };
};

// The field's converter makes bvec -0.2 0.4 0.894 of it: along rows, against columns, along slices.
test('a vector of an axial image is turned to the patient', () => {
  const header = headerOf({ 0x00431039: '1000001000\\0\\0\\0', ...vector(0.2, 0.4, 0.894427) });
  assert.deepEqual(diffusionOf(header), { bValue: 1000, direction: [-0.2, -0.4, 0.894] });
});

test('a short vector scales b, and none beside counted directions says that b is 0', () => {
  const half = headerOf({ 0x00431039: '2000\\0\\0\\0', ...vector(0, 0, Math.SQRT1_2) });
  assert.deepEqual(diffusionOf(half), { bValue: 1000, direction: [0, 0, 1] });
  const none = headerOf({ 0x00431039: '1000\\0\\0\\0', ...vector(0, 0, 0), 0x001910e0: '30' });
  assert.deepEqual(diffusionOf(none), { bValue: 0, direction: [0, 0, 0] });
  const trace = headerOf({ 0x00431039: '1000\\0\\0\\0', ...vector(0, 0, 0) });
  assert.deepEqual(diffusionOf(trace), { bValue: 1000, direction: undefined });
});

test('of images whose signs nothing proves the direction is unknown', () => {
  const texts = { 0x00431039: '1000\\0\\0\\0', ...vector(0.6, 0.8, 0) };
  const others: readonly Texts[] = [
    { [tag.PatientPosition]: 'FFS' },
    { [tag.InPlanePhaseEncodingDirection]: 'ROW' },
    { [tag.ImageOrientationPatient]: '0\\1\\0\\0\\0\\-1' },
  ];
  for (const other of others) {
    const facts = diffusionOf(headerOf(texts, other));
    assert.deepEqual(facts, { bValue: 1000, direction: undefined });
  }
});

test('the public polarity counts for GE, and for nobody else', () => {
  const linear = { [tag.RectilinearPhaseEncodeReordering]: 'LINEAR' };
  assert.equal(atOnce(readScan(headerOf({}, linear)))?.gePolarity, 'Flipped');
  const other = headerOf({}, { ...linear, [tag.Manufacturer]: 'SIEMENS' });
  assert.equal(atOnce(readScan(other))?.phasePolarity, undefined);
});

test('the polarity of a reversed image is the opposite of the one that all images state', () => {
  const linear = { [tag.RectilinearPhaseEncodeReordering]: 'LINEAR' };
  for (const [mode, gePolarity, phasePolarity] of [
    ['0', 'Flipped', 'negative'],
    ['1', 'Unflipped', 'positive'],
  ] as const) {
    const header = headerOf({ 0x0019109c: 'epi_pepolar', 0x001910b3: mode }, linear);
    const scan = atOnce(readScan(header));
    assert.deepEqual([scan?.gePolarity, scan?.phasePolarity], [gePolarity, phasePolarity]);
  }
});

test('user data that are too short, or of no known version, say nothing', () => {
  for (const length of [0, 25, 26, 900])
    assert.equal(polarityOf(new Uint8Array(length)), undefined);
  const bytes = Buffer.alloc(2000);
  bytes.writeUInt16LE(100, 24);
  bytes.writeFloatLE(24, 100);
  assert.equal(polarityOf(bytes), undefined);
  bytes.writeUInt16LE(0x0800, 100 + 0x3a);
  assert.equal(polarityOf(bytes), 'Unflipped');
  bytes.writeUInt16LE(2, 100 + 0x394);
  assert.equal(polarityOf(bytes), 'Flipped');
  bytes.writeUInt16LE(4, 100 + 0x30);
  assert.equal(polarityOf(bytes), 'Unflipped');
});

test('a vector is of length 1 whatever the digits of the orientation are', () => {
  const orientation = {
    [tag.ImageOrientationPatient]: '0.99985\\0.01735\\0\\-0.01735\\0.99985\\0',
  };
  const header = headerOf({ 0x00431039: '1000\\0\\0\\0', ...vector(0, 0, 1) }, orientation);
  assert.deepEqual(diffusionOf(header), { bValue: 1000, direction: [0, 0, 1] });
});

test('timers of slices are seconds, or ten thousandths of them', () => {
  const timeOf = (timer: string): number | undefined => {
    const header = new Map(headerOf({ 0x0021105e: timer }));
    const value = Buffer.from('GEMS_RELA_01');
    header.set(0x00210010, { tag: 0x00210010, vr: 'LO', value });
    return atOnce(readScan(header))?.sliceTime;
  };
  assert.equal(timeOf('0.7523'), 752.3);
  assert.equal(timeOf('7523'), 752.3);
  assert.equal(timeOf('19500102'), undefined);
});
