import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DataElement,
  dataSetOf,
  elementOf,
  encodeDataSet,
  type Tag,
  transferSyntax,
  type ValueInput,
  type Vr,
} from '../../dicom/index.ts';
import { identifiersOf, noIdentifiers } from '../meaning/identifiers.ts';
import { SafePrivate } from './safe-private.ts';

const [image, frame] = ['Philips MR Imaging DD 001', 'Philips MR Imaging DD 005'];
type Elements = Readonly<Record<number, readonly [Vr, ValueInput]>>;

const elementsOf = (elements: Elements): Map<Tag, DataElement> =>
  new Map(
    Object.entries(elements).map(([tag, [vr, value]]) => [
      Number(tag),
      elementOf(Number(tag), value, { vr }),
    ]),
  );

function kept(elements: Elements, keeper = new SafePrivate(noIdentifiers)): Map<Tag, DataElement> {
  const left = new Map<Tag, DataElement>();
  keeper.keep(elementsOf(elements), left);
  assert.equal(keeper.isUsed, left.size > 0);
  return left;
}

const bytesOf = (value: number): Uint8Array => new Uint8Array(new Float32Array([value]).buffer);

const scale: Elements = {
  0x20051110: ['CS', 'CANARY'],
  0x20050011: ['LO', image],
  0x2005110b: ['FL', [171_142_256]],
  0x2005110d: ['FL', [-3]],
  0x2005110e: ['FL', [0.000542]],
  0x2005116e: ['CS', 'CANARY'],
};
const scaleAlone: Elements = {
  0x20050011: ['LO', image],
  0x2005110d: ['FL', [-3]],
  0x2005110e: ['FL', [0.000542]],
};

test('PS3.15 Table E.3.10-1: the scale of Philips stays in its block under its creator, and nothing beside it', () => {
  assert.deepEqual(kept(scale), elementsOf(scaleAlone));
});

test('what repeats the scale for a frame stays with nothing else in it', () => {
  const copyOf = (inner: Elements, more: Elements = {}): Elements => ({
    0x20050014: ['LO', frame],
    0x2005140f: ['SQ', [elementsOf(inner)]],
    ...more,
  });
  const uid: Elements = { 0x00080018: ['UI', '1.2.3.20180526'], 0x00080023: ['DA', '20180526'] };
  const said = copyOf({ ...uid, ...scale }, { 0x20051412: ['IS', '20180526'] });
  assert.deepEqual(kept(said), elementsOf(copyOf(scaleAlone)));
  const none: Elements = { 0x20050014: ['LO', frame], 0x2005140f: ['SQ', [elementsOf(uid)]] };
  assert.equal(kept(none).size, 0);
});

test('what an archive made UN of stays as what it was', () => {
  const unknown: Elements = {
    ...scaleAlone,
    0x2005110d: ['UN', bytesOf(-3)],
    0x2005110e: ['UN', bytesOf(0.000542)],
  };
  assert.deepEqual(kept(unknown), elementsOf(scaleAlone));
  const items = encodeDataSet(
    dataSetOf({ ReferencedImageSequence: [elementsOf(unknown)] }),
    transferSyntax.ImplicitVRLittleEndian,
  ).subarray(8, -8);
  const sequence: Elements = { 0x20050014: ['LO', frame], 0x2005140f: ['UN', items] };
  assert.deepEqual(
    kept(sequence),
    elementsOf({ 0x20050014: ['LO', frame], 0x2005140f: ['SQ', [elementsOf(scaleAlone)]] }),
  );
});

test('what is no scale of Philips goes', () => {
  const changes: readonly Elements[] = [
    { 0x20050011: ['LO', 'SOMEBODY ELSE'] },
    { 0x20050011: ['LO', ''] },
    { 0x2005110d: ['LO', 'ADA '], 0x2005110e: ['LO', 'SYNTHETIC^ADA'] },
    { 0x2005110d: ['FL', [1, 2]], 0x2005110e: ['FL', []] },
    { 0x2005110d: ['FL', bytesOf(Number.NaN)], 0x2005110e: ['FL', bytesOf(Infinity)] },
    { 0x2005110d: ['SL', [1]], 0x2005110e: ['DS', '0.25'] },
  ];
  for (const change of changes) {
    assert.equal(kept({ ...scale, ...change }).size, 0, JSON.stringify(change));
  }
});

test('a scale that is an identifier of its header, as a number or as four letters, goes', () => {
  const lost = dataSetOf({ PatientName: 'LOVE^ADA', PatientID: '7000123' });
  const text = new Float32Array(new Uint8Array(Buffer.from('LOVE')).buffer);
  for (const value of [7_000_123, text[0] ?? 0]) {
    const said: Elements = { 0x20050011: ['LO', image], 0x2005110e: ['FL', [value]] };
    assert.equal(kept(said, new SafePrivate(identifiersOf(lost))).size, 0);
    assert.equal(kept(said).size, 2);
  }
});
