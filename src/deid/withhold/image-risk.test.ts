import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DataElement,
  dataSetOf,
  type Keyword,
  sopClass,
  tag as t,
  type ValueInput,
} from '../../dicom/index.ts';
import { readStandardFacts } from '../../facts/index.ts';
import { findImageRisk } from './image-risk.ts';

type Values = Readonly<Partial<Record<Keyword, ValueInput>>> & { readonly SOPClassUID?: string };

function riskOf(values: Values, overlay: readonly DataElement[] = []): string | undefined {
  const header = new Map(dataSetOf({ PhotometricInterpretation: 'MONOCHROME2', ...values }));
  for (const element of overlay) header.set(element.tag, element);
  const sopClassUid = values.SOPClassUID ?? sopClass.MRImageStorage;
  const facts = readStandardFacts({ header, omitted: [], sopClassUid, tokenOf: String });
  return findImageRisk(header, [], facts);
}

const number = (tag: number, value: number): DataElement => ({
  tag,
  vr: 'US',
  value: Uint8Array.of(value, 0),
});

test('an image of a scanner may leave', () => {
  assert.equal(riskOf({ ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'] }), undefined);
  assert.equal(riskOf({ ImageType: ['DERIVED', 'SECONDARY', 'MPR'] }), undefined);
  assert.equal(riskOf({ BurnedInAnnotation: 'NO' }), undefined);
});

test('burned-in text that is stated, in any spelling, is withheld', () => {
  for (const value of ['YES', 'yes ', 'Y', 'MAYBE', 'NO\\YES', '\\YES']) {
    assert.equal(riskOf({ BurnedInAnnotation: value }), 'DEID_BURNED_IN', value);
  }
});

test('what is stated in another form than words is stated', () => {
  for (const tag of [t.BurnedInAnnotation, t.ConversionType]) {
    const value = Buffer.from('YES ');
    for (const vr of ['OB', 'FD', 'UN'] as const) {
      assert.equal(riskOf({}, [{ tag, vr, value }]), 'DEID_BURNED_IN', vr);
    }
  }
});

test('screens, reports and converted films are withheld', () => {
  assert.equal(riskOf({ ImageType: ['DERIVED', 'SECONDARY', 'SCREEN SAVE'] }), 'DEID_BURNED_IN');
  assert.equal(riskOf({ ImageType: ['DERIVED', 'SECONDARY', 'DOSE_INFO'] }), 'DEID_BURNED_IN');
  assert.equal(riskOf({ ConversionType: 'WSD' }), 'DEID_BURNED_IN');
  for (const word of ['SCREEN_CAPTURE', 'SECONDARY_CAPTURE', 'DOSE_REPORT', 'Screen-Save']) {
    assert.equal(riskOf({ ImageType: ['DERIVED', 'SECONDARY', word] }), 'DEID_BURNED_IN', word);
  }
});

test('colour is withheld unless the image says that nothing is burned in', () => {
  assert.equal(riskOf({ PhotometricInterpretation: 'RGB' }), 'DEID_BURNED_IN');
  assert.equal(riskOf({ PhotometricInterpretation: '' }), 'DEID_BURNED_IN');
  assert.equal(riskOf({ PhotometricInterpretation: 'RGB', BurnedInAnnotation: 'NO' }), undefined);
});

test('colours of a map that the scanner computed itself may leave', () => {
  const map = { PhotometricInterpretation: 'RGB' } as const;
  const own = ['DERIVED', 'PRIMARY', 'DIFFUSION', 'FA'];
  const made = ['DERIVED', 'SECONDARY', 'DIFFUSION', 'FA'];
  assert.equal(riskOf({ ...map, ImageType: own }), undefined);
  assert.equal(riskOf({ ...map, ImageType: made }), 'DEID_BURNED_IN');
  const fused = ['DERIVED', 'PRIMARY', 'FUSED', 'FA'];
  assert.equal(riskOf({ ...map, ImageType: fused }), 'DEID_BURNED_IN');
  const ctClass = { SOPClassUID: sopClass.CTImageStorage };
  assert.equal(riskOf({ ...map, ...ctClass, ImageType: own }), 'DEID_BURNED_IN');
  assert.equal(riskOf({ ...map, ImageType: own, BurnedInAnnotation: 'YES' }), 'DEID_BURNED_IN');
});

test('a secondary capture leaves that says it is clean, was computed, and lies in the patient', () => {
  const clean = {
    SOPClassUID: sopClass.SecondaryCaptureImageStorage,
    PhotometricInterpretation: 'RGB',
    BurnedInAnnotation: 'NO',
    ConversionType: 'SYN',
    ImagePositionPatient: [0, 0, 0],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    PixelSpacing: [1, 1],
  } as const;
  assert.equal(riskOf(clean), undefined);
  const others: readonly Values[] = [
    { BurnedInAnnotation: '' },
    { BurnedInAnnotation: 'YES' },
    { ConversionType: '' },
    { ConversionType: 'DF' },
    { ConversionType: 'WSD' },
    { ConversionType: 'DI' },
    { ConversionType: 'SYN\\DV' },
    { ImageType: ['DERIVED', 'SECONDARY', 'SCREEN SAVE'] },
    { ImagePositionPatient: '' },
    { ImageOrientationPatient: '' },
    { ImageOrientationPatient: [0, 0, 0, 0, 0, 0] },
    { ImageOrientationPatient: [1, 0, 0, 1, 0, 0] },
    { PixelSpacing: '' },
  ];
  for (const other of others) {
    assert.equal(riskOf({ ...clean, ...other }), 'DEID_BURNED_IN', JSON.stringify(other));
  }
});

test('an overlay in the bits of the pixels is withheld, one apart from them is not', () => {
  const data: DataElement = { tag: 0x60003000, vr: 'OW', value: new Uint8Array(2) };
  const rows = number(0x60000010, 4);
  assert.equal(riskOf({}, [rows, data]), undefined);
  assert.equal(riskOf({}, [rows, number(0x60000100, 1), number(0x60000102, 0), data]), undefined);
  assert.equal(riskOf({}, [rows]), 'DEID_OVERLAY_EMBEDDED');
  assert.equal(riskOf({}, [rows, number(0x60000102, 12), data]), 'DEID_OVERLAY_EMBEDDED');
  assert.equal(riskOf({}, [rows, number(0x60000100, 16), data]), 'DEID_OVERLAY_EMBEDDED');
  const unreadable: DataElement = { tag: 0x60000102, vr: 'LO', value: Buffer.from('zero') };
  assert.equal(riskOf({}, [rows, unreadable, data]), 'DEID_OVERLAY_EMBEDDED');
});
