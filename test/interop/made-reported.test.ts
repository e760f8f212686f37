/**
 * Classic images as public reports of trouble describe them: what is made of them is what the field's
 * converter makes, in any order of arrival; or it is told why it is other, or nothing.
 */
import {
  ct,
  maker,
  mr,
  range,
  type Scenario,
  stackOf,
  testScenarios,
  twoD,
} from '../support/classic-scenarios.ts';
import type { TestElement } from '../support/part10-writer.ts';

const rescale = (slope: number): readonly TestElement[] => [
  [0x00281052, 'DS', [0]],
  [0x00281053, 'DS', [slope]],
];

const scenarios: Readonly<Record<string, Scenario>> = {
  'the four components of GE, which its own element tells': {
    options: mr,
    common: [maker('GE MEDICAL SYSTEMS'), twoD, [0x00430010, 'LO', 'GEMS_PARM_01']],
    images: stackOf(
      4,
      [0, 1, 2, 3].map((component) => [[0x0043102f, 'SS', [component]]]),
    ),
    dims: ['20x16x4', '20x16x4', '20x16x4', '20x16x4'],
    checksInstances: true,
  },
  'magnitude and phase, which Complex Image Component tells': {
    options: mr,
    common: [maker('Philips Medical Systems'), twoD],
    images: stackOf(4, [[[0x00089208, 'CS', 'MAGNITUDE']], [[0x00089208, 'CS', 'PHASE']]]),
    dims: ['20x16x4', '20x16x4'],
  },
  'cosines of few digits, not quite of length 1': {
    options: { ...mr, orientation: [0.9991, 0, 0, 0, 1.0009, 0] },
    common: [twoD],
    images: stackOf(5),
    dims: ['20x16x5'],
  },
  'every second slice is not there, at any time': {
    options: mr,
    common: [twoD, [0x00180088, 'DS', [3]]],
    images: range(3).flatMap((at) =>
      [0, 2, 4].map((place) => ({
        place,
        elements: [[0x00200013, 'IS', [at * 6 + place + 1]]] as const,
      })),
    ),
    dims: [],
    refusals: ['VOLUME_UNEVEN_SPACING'],
    missing: 1,
  },
  'a time point that lacks a slice': {
    options: mr,
    common: [twoD],
    images: stackOf(
      5,
      range(4).map((at) => [[0x00200100, 'IS', [at + 1]]]),
    ).filter((_, at) => at !== 7),
    dims: [],
    refusals: ['VOLUME_UNEVEN_SPACING'],
  },
  'time points of Siemens that count series in one Series Instance UID': {
    options: mr,
    common: [maker('Siemens Healthineers'), twoD, [0x00181020, 'LO', 'syngo MR XA10']],
    images: stackOf(
      4,
      [16_001, 16_002, 16_003].map((number) => [[0x00200011, 'IS', [number]]]),
    ),
    dims: ['20x16x4x3'],
  },
  'two scans that share a Series Instance UID': {
    options: mr,
    common: [twoD],
    images: stackOf(4, [[[0x00200011, 'IS', [1]]], [[0x00200011, 'IS', [2]]]]).map(
      ({ place, elements = [] }) => ({
        place,
        elements: [...elements, [0x00200013, 'IS', [place + 1]]],
      }),
    ),
    dims: ['20x16x4', '20x16x4'],
  },
  'two scans that share a Series Instance UID, apart from each other': {
    options: mr,
    common: [twoD],
    images: range(8).map((place) => ({
      place: place < 4 ? place : place + 20.3,
      elements: [[0x00200011, 'IS', [place < 4 ? 1 : 2]]],
    })),
    dims: ['20x16x4', '20x16x4'],
  },
  'a CT over time, whose table moves to and fro': {
    options: ct,
    images: range(16).map((at) => ({ place: at % 8 < 4 ? at % 4 : 3 - (at % 4) })),
    dims: ['20x16x4x4'],
    order: [0, 1, 2, 3, 7, 6, 5, 4, 8, 9, 10, 11, 15, 14, 13, 12],
    differs: { verdicts: ['WRONG'], reason: 'the converter takes each turn for an ascending one' },
    missing: 1,
  },
  'control and label of Philips, numbered at random': {
    options: mr,
    common: [
      maker('Philips Medical Systems'),
      twoD,
      [0x20050010, 'LO', 'Philips MR Imaging DD 005'],
    ],
    images: [7, 2, 12, 4, 10, 1, 9, 3, 11, 6, 8, 5].map((number, at) => ({
      place: at % 3,
      elements: [
        [0x00200013, 'IS', [number]],
        [0x00200100, 'IS', [at < 6 ? 1 : 2]],
        [0x20051029, 'CS', at % 6 < 3 ? 'LABEL' : 'CONTROL'],
      ],
    })),
    dims: ['20x16x3x4'],
    order: [3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8],
    checksInstances: true,
  },
  'phases of two heartbeats, numbered at random': {
    options: mr,
    common: [maker('Philips Medical Systems'), twoD, [0x20010010, 'LO', 'Philips Imaging DD 001']],
    images: [7, 2, 12, 4, 10, 1, 9, 3, 11, 6, 8, 5].map((number, at) => ({
      place: at % 3,
      elements: [
        [0x00200013, 'IS', [number]],
        [0x00200100, 'IS', [at < 6 ? 1 : 2]],
        [0x00181060, 'DS', [at % 6 < 3 ? 0 : 40]],
        [0x20011008, 'IS', [at % 6 < 3 ? 1 : 2]],
      ],
    })),
    dims: ['20x16x3x4'],
    order: [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11],
  },
  'a cine whose images are numbered at random': {
    options: mr,
    common: [maker('Philips Medical Systems'), twoD],
    images: [7, 2, 12, 4, 10, 1, 9, 3, 11, 6, 8, 5].map((number, at) => ({
      place: at % 3,
      elements: [
        [0x00200013, 'IS', [number]],
        [0x00181060, 'DS', [Math.floor(at / 3) * 40]],
      ],
    })),
    dims: ['20x16x3x4'],
    order: range(12),
    differs: {
      verdicts: ['WRONG'],
      reason: 'phases of the heart are an axis; the converter makes a file of each here',
    },
    missing: 4,
  },
  'a slice of Philips without the scale that the others have': {
    options: mr,
    common: [maker('Philips Medical Systems'), twoD, ...rescale(2)],
    images: range(4).map((place) => ({
      place,
      elements:
        place === 2
          ? []
          : [
              [0x20050010, 'LO', 'Philips MR Imaging DD 001'],
              [0x2005100e, 'FL', [0.01]],
            ],
    })),
    dims: [],
    refusals: ['VOLUME_VALUES_UNPROVEN'],
    missing: 1,
  },
  'a PET with a slice without counts, whose slope is 0': {
    options: { ...ct, modality: 'PT' },
    images: range(4).map((place) => ({ place, elements: rescale(place === 0 ? 0 : 1.5) })),
    dims: ['20x16x4'],
  },
  'a PET all of whose slopes are 0': {
    options: { ...ct, modality: 'PT' },
    common: rescale(0),
    images: stackOf(4),
    dims: [],
    refusals: ['VOLUME_PIXEL_FORMAT_UNSUPPORTED'],
    missing: 1,
  },
  'a dynamic PET that began before its reference': {
    options: { ...ct, modality: 'PT' },
    common: [[0x00541000, 'CS', 'DYNAMIC\\IMAGE']],
    images: stackOf(
      4,
      [-60_000, 0, 60_000].map((ms) => [[0x00541300, 'DS', [ms]]]),
    ).map(({ place, elements = [] }) => ({
      place,
      elements: [...elements, [0x00200013, 'IS', [place + 1]]],
    })),
    dims: ['20x16x4x3'],
  },
  'thin slices whose places are rounded to a tenth of a millimetre': {
    options: { ...ct, spacingMm: [1, 1, 0.625] },
    images: range(20).map((place) => ({
      place,
      elements: [[0x00200032, 'DS', `0\\0\\${(place * 0.625).toFixed(1)}`]],
    })),
    dims: ['20x16x20'],
    differs: {
      verdicts: ['affine'],
      reason: 'the converter takes the distance of the first two for that of all',
    },
  },
  'a slice that states no scale among others that do': {
    options: mr,
    common: [twoD],
    images: range(4).map((place) => ({ place, elements: place === 2 ? [] : rescale(2) })),
    dims: [],
    refusals: ['VOLUME_VALUES_UNPROVEN'],
    missing: 1,
  },
  'slices of which some state the scale that others mean': {
    options: mr,
    common: [twoD],
    images: range(4).map((place) => ({ place, elements: place === 2 ? [] : rescale(1) })),
    dims: ['20x16x4'],
  },
};

testScenarios(scenarios);
