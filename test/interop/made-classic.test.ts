/**
 * Classic images as scanners store them, in every way a series is one volume or several: what is made
 * of them is what the field's converter makes, in any order of arrival; or it is on the table of what
 * is told apart otherwise, with the reason.
 */

import {
  byPlace,
  ct,
  echo,
  maker,
  mr,
  range,
  type Scenario,
  stackOf,
  testScenarios,
  time,
  twoD,
  type,
} from '../support/classic-scenarios.ts';

const scenarios: Readonly<Record<string, Scenario>> = {
  'three echoes': {
    options: mr,
    common: [twoD],
    images: byPlace(4, [echo(1, 5), echo(2, 10), echo(3, 15)]),
    dims: ['20x16x4', '20x16x4', '20x16x4'],
  },
  'magnitude and phase': {
    options: mr,
    common: [maker('SIEMENS'), twoD],
    images: stackOf(4, [
      [type('ORIGINAL', 'PRIMARY', 'M', 'ND')],
      [type('ORIGINAL', 'PRIMARY', 'P', 'ND')],
    ]),
    dims: ['20x16x4', '20x16x4'],
  },
  'time points, each with its acquisition number': {
    options: mr,
    common: [twoD],
    images: stackOf(
      4,
      range(5).map((at) => [[0x00200012, 'IS', [at + 1]], ...time(at * 2)]),
    ),
    dims: ['20x16x4x5'],
  },
  'time points stored place by place': {
    options: mr,
    common: [maker('Philips Medical Systems'), twoD],
    images: byPlace(
      4,
      range(5).map((at) => [[0x00200100, 'IS', [at + 1]]]),
    ),
    dims: ['20x16x4x5'],
  },
  'one slice over time': {
    options: mr,
    common: [twoD],
    images: stackOf(
      1,
      range(6).map((at) => [[0x00200012, 'IS', [at + 1]], ...time(at * 2)]),
    ),
    dims: ['20x16x1x6'],
  },
  'a single slice': { options: mr, common: [twoD], images: stackOf(1), dims: ['20x16x1'] },
  'a cine: phases of the heart at each place': {
    options: mr,
    common: [twoD, [0x00181090, 'IS', [8]]],
    images: byPlace(
      3,
      range(8).map((at) => [[0x00181060, 'DS', [at * 40]]]),
    ),
    dims: ['20x16x3x8'],
  },
  'flip angles of one scan': {
    options: mr,
    common: [twoD],
    images: stackOf(4, [[[0x00181314, 'DS', [5]]], [[0x00181314, 'DS', [26]]]]),
    dims: ['20x16x4', '20x16x4'],
    differs: {
      verdicts: ['WRONG'],
      reason: 'each is a whole stack of another contrast; the converter joins them',
    },
    missing: 1,
  },
  'inversion times of one scan': {
    options: mr,
    common: [twoD],
    images: stackOf(
      4,
      [100, 400, 1600].map((ms) => [[0x00180082, 'DS', [ms]]]),
    ),
    dims: ['20x16x4', '20x16x4', '20x16x4'],
    differs: {
      verdicts: ['WRONG'],
      reason: 'each is a whole stack of another contrast; the converter joins them',
    },
    missing: 1,
  },
  'water, fat, in and out of phase': {
    options: mr,
    common: [maker('SIEMENS'), twoD],
    images: stackOf(
      4,
      ['W', 'F', 'IN_PHASE', 'OUT_PHASE'].map((word) => [
        type('DERIVED', 'PRIMARY', 'DIXON', word),
      ]),
    ),
    dims: ['20x16x4', '20x16x4', '20x16x4', '20x16x4'],
    differs: {
      verdicts: ['WRONG'],
      reason: 'four kinds of image; the converter joins two of each',
    },
    missing: 2,
  },
  'trace images and their ADC': {
    options: mr,
    common: [maker('SIEMENS'), twoD, [0x00190010, 'LO', 'SIEMENS MR HEADER']],
    images: [
      ...stackOf(
        4,
        [0, 500, 1000].map((b) => [
          type('ORIGINAL', 'PRIMARY', 'DIFFUSION', 'TRACEW', 'ND'),
          [0x0019100c, 'IS', [b]],
        ]),
      ),
      ...stackOf(4, [[type('DERIVED', 'PRIMARY', 'DIFFUSION', 'ADC', 'ND')]]),
    ],
    dims: ['20x16x4', '20x16x4x3'],
    differs: {
      verdicts: ['WRONG'],
      reason: 'a map is no volume of what it was computed of; the converter joins it',
    },
    missing: 1,
  },
  'descending slices': {
    options: mr,
    common: [twoD],
    images: range(5).map((at) => ({ place: 4 - at })),
    dims: ['20x16x5'],
  },
  'interleaved slices': {
    options: mr,
    common: [twoD],
    images: [0, 2, 4, 1, 3].map((place) => ({ place })),
    dims: ['20x16x5'],
  },
  'sagittal slices': {
    options: { ...mr, orientation: [0, 1, 0, 0, 0, -1] },
    common: [twoD],
    images: stackOf(5),
    dims: ['20x16x5'],
  },
  'coronal slices': {
    options: { ...mr, orientation: [1, 0, 0, 0, 0, -1] },
    common: [twoD],
    images: stackOf(5),
    dims: ['20x16x5'],
  },
  'a localizer in three planes': {
    options: mr,
    common: [twoD],
    images: [
      ...stackOf(3),
      ...stackOf(3, [[[0x00200037, 'DS', [0, 1, 0, 0, 0, -1]]]]).map((image) => ({
        ...image,
        elements: [
          ...(image.elements ?? []),
          [0x00200032, 'DS', [image.place * -3, 0, 0]] as const,
        ],
      })),
      ...stackOf(3, [[[0x00200037, 'DS', [1, 0, 0, 0, 0, -1]]]]).map((image) => ({
        ...image,
        elements: [...(image.elements ?? []), [0x00200032, 'DS', [0, image.place * 3, 0]] as const],
      })),
    ],
    dims: ['20x16x3', '20x16x3', '20x16x3'],
  },
  'a CT of two acquisitions that lie side by side': {
    options: ct,
    images: range(6).map((place) => ({
      place,
      elements: [[0x00200012, 'IS', [place < 3 ? 4 : 5]]],
    })),
    dims: ['20x16x6'],
  },
  'a CT before and after contrast, one series': {
    options: ct,
    images: stackOf(4, [
      [[0x00200012, 'IS', [1]], ...time(0)],
      [[0x00200012, 'IS', [2]], ...time(40)],
    ]),
    dims: ['20x16x4x2'],
  },
  'two kernels of one CT': {
    options: ct,
    images: stackOf(4, [[[0x00181210, 'SH', 'B30f']], [[0x00181210, 'SH', 'B70f']]]),
    dims: ['20x16x4', '20x16x4'],
    differs: { verdicts: ['WRONG'], reason: 'two reconstructions; the converter joins them' },
    missing: 1,
  },
  'a CT of every place with two exposures': {
    options: ct,
    images: stackOf(4, [[[0x00181152, 'IS', [50]]], [[0x00181152, 'IS', [120]]]]),
    dims: ['20x16x4', '20x16x4'],
    differs: { verdicts: ['WRONG'], reason: 'two scans of other noise; the converter joins them' },
    missing: 1,
  },
  'two localizers of a CT, one from the front and one from the side': {
    options: ct,
    images: [
      [1, 0, 0, 0, 0, -1],
      [0, -1, 0, 0, 0, -1],
    ].map((cosines, at) => ({
      place: 0,
      elements: [
        type('ORIGINAL', 'PRIMARY', 'LOCALIZER'),
        [0x00181152, 'IS', [50]],
        [0x00200012, 'IS', [at + 1]],
        [0x00200037, 'DS', cosines],
      ],
    })),
    dims: ['20x16x1', '20x16x1'],
    differs: {
      verdicts: ['WRONG'],
      reason: 'two directions; the converter looks at none where images have an Exposure',
    },
    missing: 1,
  },
  'a CT whose exposure follows the body': {
    options: ct,
    images: range(6).map((place) => ({
      place,
      elements: [[0x00181152, 'IS', [place < 3 ? 50 : 40 + 10 * place]]],
    })),
    dims: ['20x16x6'],
  },
  'a CT over time, whose exposure follows the body in each': {
    options: ct,
    images: stackOf(4, [time(0), time(40)]).map(({ place, elements }, at) => ({
      place,
      elements: [...(elements ?? []), [0x00181152, 'IS', [50 + 10 * (at % 3)]]],
    })),
    dims: ['20x16x4x2'],
  },
  'a dynamic PET': {
    options: { ...ct, modality: 'PT' },
    images: stackOf(
      4,
      range(3).map((at) => [
        [0x00181242, 'IS', [60_000]],
        [0x00541300, 'DS', [30_000 + at * 60_000]],
        [0x00541101, 'US', [3]],
        ...time(at),
      ]),
    ),
    common: [[0x00541000, 'CS', 'DYNAMIC\\IMAGE']],
    dims: ['20x16x4x3'],
  },
  'a PET whose slices have scales of their own': {
    options: { ...ct, modality: 'PT' },
    images: range(4).map((place) => ({
      place,
      elements: [[0x00281053, 'DS', [0.25 + place / 8]]],
    })),
    dims: ['20x16x4'],
  },
  'a scan that ended before its last volume was whole': {
    options: mr,
    common: [twoD],
    images: stackOf(
      4,
      range(3).map((at) => [[0x00200012, 'IS', [at + 1]], ...time(at)]),
    ).slice(0, 10),
    dims: ['20x16x4x2'],
    differs: { verdicts: ['unreferred'], reason: 'the converter makes nothing of it' },
  },
  'a slice that is not there': {
    options: mr,
    common: [twoD, [0x00180088, 'DS', [3]]],
    images: [0, 1, 3, 4].map((place) => ({
      place,
      elements: [[0x00200013, 'IS', [place + 1]]],
    })),
    dims: [],
    refusals: ['VOLUME_UNEVEN_SPACING'],
    missing: 2,
  },
  'slices at uneven places': {
    options: mr,
    common: [twoD],
    images: [0, 1, 2.4, 3.4].map((place) => ({ place })),
    dims: [],
    refusals: ['VOLUME_UNEVEN_SPACING'],
    missing: 2,
  },
  'magnitude and phase of three echoes': {
    options: mr,
    common: [maker('SIEMENS'), twoD],
    images: stackOf(
      4,
      ['M', 'P'].flatMap((word) =>
        [1, 2, 3].map((at) => [type('ORIGINAL', 'PRIMARY', word, 'ND'), ...echo(at, at * 5)]),
      ),
    ),
    dims: range(6).map(() => '20x16x4'),
  },
  'repetitions that nothing numbers but the order': {
    options: mr,
    common: [twoD],
    images: stackOf(4, [[], [], []]),
    dims: ['20x16x4x3'],
  },
  'time points whose instance numbers start anew': {
    options: mr,
    common: [twoD],
    images: range(3).flatMap((at) =>
      range(4).map((place) => ({
        place,
        elements: [
          [0x00200013, 'IS', [place + 1]],
          [0x00200012, 'IS', [at + 1]],
          ...time(at * 2),
        ] as const,
      })),
    ),
    dims: ['20x16x4x3'],
    order: range(12),
    differs: { verdicts: ['WRONG'], reason: 'the converter orders by instance number alone' },
    missing: 1,
  },
  'a scout among the slices': {
    options: ct,
    images: [
      {
        place: 0,
        elements: [
          [0x00200037, 'DS', [1, 0, 0, 0, 0, -1]],
          [0x00200032, 'DS', [-50, 0, 50]],
          type('ORIGINAL', 'PRIMARY', 'LOCALIZER'),
        ],
      },
      ...stackOf(6),
    ],
    dims: ['20x16x1', '20x16x6'],
  },
  'two matrices': {
    options: mr,
    common: [twoD],
    images: [
      ...stackOf(4),
      ...stackOf(4, [
        [
          [0x00280010, 'US', [8]],
          [0x00280011, 'US', [40]],
        ],
      ]),
    ],
    dims: ['20x16x4', '40x8x4'],
  },
  'feet first, on the right side': {
    options: { ...mr, orientation: [0, 1, 0, 1, 0, 0] },
    common: [twoD, [0x00185100, 'CS', 'FFDR']],
    images: stackOf(5),
    dims: ['20x16x5'],
  },
  'oblique slices with rounded places': {
    options: { ...mr, orientation: [0.99005, 0.1, 0.099, -0.13243, 0.9001, 0.41508] },
    common: [twoD],
    images: stackOf(8),
    dims: ['20x16x8'],
  },
  'a tilted gantry': {
    options: ct,
    common: [[0x00181120, 'DS', [12]]],
    images: range(5).map((place) => ({
      place,
      elements: [[0x00200032, 'DS', [0, place * 0.4, place * 2]]],
    })),
    dims: [],
    refusals: ['VOLUME_GANTRY_TILT'],
    missing: 2,
  },
  'each slice twice, with other pixels': {
    options: mr,
    common: [twoD],
    images: range(4).flatMap((place) => [
      { place, elements: [[0x00200013, 'IS', [place + 1]]] },
      { place, elements: [[0x00200013, 'IS', [place + 1]]] },
    ]),
    dims: [],
    refusals: ['VOLUME_DUPLICATE_POSITION'],
    missing: 1,
  },
  'a slice that was scanned again': {
    options: mr,
    common: [twoD],
    images: [
      ...stackOf(8),
      {
        place: 3,
        elements: [
          [0x00200013, 'IS', [4]],
          [0x00200012, 'IS', [2]],
        ],
      },
    ],
    dims: [],
    refusals: ['VOLUME_DUPLICATE_POSITION'],
    missing: 2,
  },
  'phases of a contrast study, by trigger time': {
    options: mr,
    common: [maker('GE MEDICAL SYSTEMS'), twoD],
    images: stackOf(
      4,
      range(3).map((at) => [[0x00181060, 'DS', [at * 9000]]]),
    ),
    dims: ['20x16x4x3'],
  },
  'label and control, stored in turn': {
    options: mr,
    common: [maker('SIEMENS'), twoD],
    images: stackOf(
      4,
      range(6).map((at) => [
        type('ORIGINAL', 'PRIMARY', 'ASL', 'NONE'),
        [0x00200012, 'IS', [at + 1]],
        ...time(at),
      ]),
    ),
    dims: ['20x16x4x6'],
  },
  'a stack whose slices say nothing but where they are': {
    options: mr,
    common: [[0x00200013, 'IS', '']],
    images: stackOf(5),
    dims: ['20x16x5'],
    order: range(5),
    differs: { verdicts: ['WRONG'], reason: 'the converter orders by numbers that are not there' },
    missing: 1,
  },
};

testScenarios(scenarios);
