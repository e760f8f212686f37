import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csaHeader } from '../../../../test/support/make-mosaic.ts';
import type { DataElement, Tag } from '../../../dicom/index.ts';
import { atOnce } from '../../../lib/streams/steps.ts';
import { readScan } from '../../scan/read-scan.ts';

type Tags = Readonly<Record<string, readonly string[]>>;

function headerOf(image: Tags, series: Tags, form: 1 | 2): ReadonlyMap<Tag, DataElement> {
  const elements = [
    [0x00290010, 'LO', Buffer.from('SIEMENS CSA HEADER')],
    [0x00291010, 'OB', csaHeader(form, image)],
    [0x00291020, 'OB', csaHeader(form, series)],
  ] as const;
  return new Map(elements.map(([tag, vr, value]) => [tag, { tag, vr, value }]));
}

const protocol = [
  'JANE^CANARY = "19700113"',
  '### ASCCONV BEGIN ###',
  'tProtocolName = ""CANARY""',
  'sKSpace.ucPhasePartialFourier = 0x4',
  'sKSpace.lBaseResolution = 96',
  'sPat.lAccelFactPE = 3',
  'lDelayTimeInTR = 250000',
  'sSliceArray.ucMode = 0x2',
  '### ASCCONV END ###',
  'sKSpace.lBaseResolution = 128',
].join('\n');

const image: Tags = {
  EchoLinePosition: ['48', '', ''],
  PhaseEncodingDirectionPositive: ['0'],
  BandwidthPerPixelPhaseEncode: ['27.778'],
  MosaicRefAcqTimes: ['0.0', '1447.5', '482.5'],
  B_value: ['1000'],
  DiffusionGradientDirection: ['0.6', '-0.8', '0.0'],
  UsedPatientWeight: ['71.5'],
};

for (const form of [1, 2] as const) {
  test(`a CSA header of form ${form} and its protocol give their facts, and nothing of other tags`, () => {
    assert.deepEqual(atOnce(readScan(headerOf(image, { MrPhoenixProtocol: [protocol] }, form))), {
      partialFourier: 0.75,
      baseResolution: 96,
      phaseOversampling: 0,
      accelerationInPlane: 3,
      delayTime: 250,
      sliceOrder: 'descending',
      phasePolarity: 'negative',
      bandwidthPerPixelPhaseEncode: 27.778,
      sliceTimes: [0, 1447.5, 482.5],
      bValue: 1000,
      direction: [0.6, -0.8, 0],
    });
  });
}

test('a direction that is none, and one beside b = 0, are not told as one', () => {
  const of = (b: string, direction: readonly string[]): unknown => {
    const tags = { B_value: [b], DiffusionGradientDirection: direction };
    const { bValue, direction: kept } = atOnce(readScan(headerOf(tags, {}, 2))) ?? {};
    return [bValue, kept];
  };
  assert.deepEqual(of('1000', ['0.3', '0.3', '0.3']), [1000, undefined]);
  assert.deepEqual(of('0', ['-2', '-2', '-2']), [0, [0, 0, 0]]);
  assert.deepEqual(of('-5', []), [0, [0, 0, 0]]);
});

test('a header that breaks off says nothing', () => {
  const whole = headerOf(image, {}, 2);
  const element = whole.get(0x00291010);
  assert.ok(element !== undefined && element.vr !== 'SQ');
  const cut = { ...element, value: element.value.subarray(0, -8) };
  assert.equal(atOnce(readScan(new Map([...whole, [0x00291010, cut]]))), undefined);
});
