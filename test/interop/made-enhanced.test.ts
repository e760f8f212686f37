/**
 * Enhanced objects of a phantom that has each value once, with frames in every order: each value lies
 * in the volume where the phantom has it, at its time, and the field's converter agrees where it can
 * read the file. What nothing orders is refused, never guessed.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataSetOf, sopClass, tag as t } from '../../src/dicom/index.ts';
import { judgeAll } from '../../tools/volumes/judge.ts';
import { type NiftiFile, readNifti } from '../../tools/volumes/nifti-file.ts';
import { type FoundSeries, readFolder } from '../../tools/volumes/read-folder.ts';
import { refereeOf } from '../../tools/volumes/referee.ts';
import {
  type EnhancedOptions,
  framesOf,
  type MadeEnhanced,
  type MadeFrame,
  makeEnhanced,
} from '../support/make-enhanced.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { openMaker } from '../support/volume-maker.ts';

const plain = { shuffle: false, noRecords: true, twice: false, drop: 0 };
const stackPositionTime = [t.StackID, t.InStackPositionNumber, t.TemporalPositionIndex];
const privatePointer = 0x2005106e;

const timed = (slice: number, time: number): Partial<MadeFrame> => ({
  indices: [1, slice + 1, time + 1],
  timeIndex: time + 1,
});

/** Part `part` of so many; each has six frames. */
const concatenated = (part: number, total: number): Readonly<Record<number, number>> => ({
  [t.InConcatenationNumber]: part + 1,
  [t.InConcatenationTotalNumber]: total,
  [t.ConcatenationFrameOffsetNumber]: part * 6,
});

/** The same frames, as a shuffled deck. */
const mixed = (frames: readonly MadeFrame[]): MadeFrame[] =>
  frames
    .map((frame, at) => ({ frame, key: (at * 7919 + 13) % 97 }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ frame }) => frame);

const directions = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

const weighted = (slice: number, time: number): Partial<MadeFrame> => {
  const direction = directions[time - 1];
  return direction === undefined
    ? { indices: [1, slice + 1, 1, 1], bValue: 0 }
    : {
        indices: [1, slice + 1, 2, time + 1],
        bValue: 1000,
        directionality: 'DIRECTIONAL',
        direction,
      };
};

/** Frames of a scan of their own. */
const faint = framesOf(4, 1, 'slice', () => ({ slope: 1 }));

interface Case {
  readonly objects: readonly EnhancedOptions[];
  /** Dimensions of each volume. */
  readonly dims: readonly string[];
  /** Why the converter is not asked; undefined where it agrees. */
  readonly differs?: string;
}

const cases: Readonly<Record<string, Case>> = {
  'one stack': { objects: [{ frames: framesOf(4, 1, 'slice', timed) }], dims: ['5x6x4'] },
  'one stack, stored downwards': {
    objects: [{ frames: framesOf(4, 1, 'slice', timed).toReversed() }],
    dims: ['5x6x4'],
  },
  'what is for all frames, stated by each': {
    objects: [
      { frames: framesOf(4, 3, 'slice', timed), isShared: false, pointers: stackPositionTime },
    ],
    dims: ['5x6x4x3'],
  },
  'times one after another': {
    objects: [{ frames: framesOf(4, 3, 'slice', timed), pointers: stackPositionTime }],
    dims: ['5x6x4x3'],
  },
  'times of a slice one after another': {
    objects: [{ frames: framesOf(4, 3, 'time', timed), pointers: stackPositionTime }],
    dims: ['5x6x4x3'],
  },
  'frames in random order': {
    objects: [{ frames: mixed(framesOf(4, 3, 'time', timed)), pointers: stackPositionTime }],
    dims: ['5x6x4x3'],
  },
  "indices that start at 5 and skip, of a vendor's own dimension": {
    objects: [
      {
        frames: mixed(
          framesOf(4, 3, 'slice', (slice, time) => ({ indices: [1, slice + 1, 5 + 13 * time] })),
        ),
        pointers: [t.StackID, t.InStackPositionNumber, privatePointer],
      },
    ],
    dims: ['5x6x4x3'],
  },
  'indices without a word of what they mean': {
    objects: [
      {
        frames: mixed(
          framesOf(4, 3, 'slice', (slice, time) => ({ indices: [1, slice + 1, time + 2] })),
        ),
      },
    ],
    dims: ['5x6x4x3'],
  },
  'frames of a mosaic that was taken apart': {
    objects: [
      {
        frames: framesOf(4, 1, 'slice', timed),
        pointers: stackPositionTime,
        edit: { [t.Manufacturer]: 'SIEMENS', [t.ImageType]: 'ORIGINAL\\PRIMARY\\M\\MOSAIC' },
        editFrame: () => ({
          [t.MRFOVGeometrySequence]: [
            dataSetOf({
              MRAcquisitionFrequencyEncodingSteps: 6,
              MRAcquisitionPhaseEncodingStepsInPlane: 5,
            }),
          ],
        }),
      },
    ],
    dims: ['5x6x4'],
  },
  'time before position': {
    objects: [
      {
        frames: framesOf(4, 3, 'slice', (slice, time) => ({ indices: [time + 1, slice + 1] })),
        pointers: [t.TemporalPositionIndex, t.InStackPositionNumber],
      },
    ],
    dims: ['5x6x4x3'],
  },
  'a time index that is always 1': {
    objects: [
      {
        frames: framesOf(4, 3, 'slice', (slice) => ({ indices: [1, slice + 1, 1], timeIndex: 1 })),
        pointers: stackPositionTime,
      },
    ],
    dims: ['5x6x4x3'],
    differs: 'It sorts by the index that tells nothing.',
  },
  'an object for each time, counted on': {
    objects: [0, 1, 2].map((time) => ({
      instanceNumber: time + 1,
      frames: framesOf(4, 1, 'slice', (slice) => ({ ...timed(slice, time), time })),
      pointers: stackPositionTime,
    })),
    dims: ['5x6x4x3'],
    differs: 'It joins objects of the newest software of one maker; the data have a series of it.',
  },
  'an object for each time, told by instance numbers': {
    objects: [0, 1, 2].map((time) => ({
      instanceNumber: time + 1,
      frames: framesOf(4, 1, 'slice', () => ({ time })),
    })),
    dims: ['5x6x4x3'],
    differs: 'It joins objects of the newest software of one maker; the data have a series of it.',
  },
  'objects of several times, each of which counts anew, frames in random order': {
    objects: [0, 1].map((object) => ({
      instanceNumber: object + 1,
      frames: mixed(
        framesOf(4, 3, 'slice', (slice, time) => ({
          ...timed(slice, time),
          time: object * 3 + time,
        })),
      ),
      pointers: stackPositionTime,
    })),
    dims: ['5x6x4x6'],
    differs: 'It makes a file of each object.',
  },
  'objects of several times, each of which counts anew, the last of fewer': {
    objects: [3, 2].map((times, object) => ({
      instanceNumber: object + 1,
      frames: framesOf(4, times, 'time', (_, time) => ({
        timeIndex: time + 1,
        time: object * 3 + time,
      })),
    })),
    dims: ['5x6x4x5'],
    differs: 'It makes a file of each object.',
  },
  'parts of a concatenation, the later first': {
    objects: [1, 0].map((part) => ({
      instanceNumber: 7 - part,
      frames: framesOf(4, 3, 'slice').slice(part * 6, part * 6 + 6),
      edit: concatenated(part, 2),
    })),
    dims: ['5x6x4x3'],
    differs: 'It makes a file of each part.',
  },
  'enhanced CT': {
    objects: [
      {
        sopClassUid: sopClass.EnhancedCTImageStorage,
        edit: { [t.Modality]: 'CT', [t.Manufacturer]: 'Synthetic Imaging' },
        frames: framesOf(4, 1, 'slice', () => ({ slope: 1 })),
      },
    ],
    dims: ['5x6x4'],
  },
  'a CT with two exposures of each place': {
    objects: [
      {
        sopClassUid: sopClass.EnhancedCTImageStorage,
        edit: { [t.Modality]: 'CT', [t.Manufacturer]: 'Synthetic Imaging' },
        frames: [...faint, ...framesOf(4, 1, 'slice', () => ({ slope: 1 }))],
        editFrame: (frame) => ({
          [t.CTExposureSequence]: [
            dataSetOf({ ExposureInmAs: faint.includes(frame) ? 50.5 : 120 }),
          ],
        }),
      },
    ],
    dims: ['5x6x4', '5x6x4'],
    differs: 'It joins scans of other noise.',
  },
  'a CT of two kernels': {
    objects: [
      {
        sopClassUid: sopClass.EnhancedCTImageStorage,
        edit: { [t.Modality]: 'CT', [t.Manufacturer]: 'Synthetic Imaging' },
        pointers: [t.StackID, t.InStackPositionNumber, t.ConvolutionKernel],
        frames: mixed(
          framesOf(4, 2, 'slice', (slice, kernel) => ({
            slope: 1,
            indices: [1, slice + 1, kernel + 1],
            time: 0,
          })),
        ),
        editFrame: ({ indices }) => ({
          [t.CTReconstructionSequence]: [dataSetOf({ ConvolutionKernel: `SYN${indices?.[2]}` })],
        }),
      },
    ],
    dims: ['5x6x4', '5x6x4'],
    differs: 'It does not sort frames of CT, nor tell kernels of frames.',
  },
  'a converted series of PET': {
    objects: [
      {
        sopClassUid: sopClass.LegacyConvertedEnhancedPETImageStorage,
        edit: { [t.Modality]: 'PT', [t.Manufacturer]: 'Synthetic Imaging' },
        frames: mixed(framesOf(4, 2, 'slice', () => ({ slope: 2 }))),
        editFrame: (frame) => ({
          [t.UnassignedPerFrameConvertedAttributesSequence]: [
            dataSetOf({ InstanceNumber: frame.slice + 1 + frame.time * 4 }),
          ],
        }),
      },
    ],
    dims: ['5x6x4x2'],
    differs: 'It does not read the numbers of the single images.',
  },
  'weightings and directions': {
    objects: [
      {
        frames: mixed(framesOf(4, 4, 'slice', weighted)),
        pointers: [t.StackID, t.InStackPositionNumber, t.DiffusionBValue, 0x20051413],
      },
    ],
    dims: ['5x6x4x4'],
  },
  'the times of the heart': {
    objects: [
      {
        frames: framesOf(4, 3, 'time', (_, time) => ({ triggerDelay: 40.5 * time })),
      },
    ],
    dims: ['5x6x4x3'],
    differs: 'It does not read the delays where no index counts them.',
  },
  'two orientations': {
    objects: [
      {
        isShared: false,
        frames: [
          ...framesOf(4, 1, 'slice', timed),
          ...framesOf(3, 1, 'slice', (slice) => ({
            stackId: '2',
            indices: [2, slice + 1, 1],
            rowDirection: [0, 1, 0],
            columnDirection: [0, 0, -1],
          })),
        ],
        pointers: stackPositionTime,
      },
    ],
    dims: ['5x6x3', '5x6x4'],
    differs: 'It writes both with the orientation of the first.',
  },
  'two echoes': {
    objects: [
      {
        frames: framesOf(4, 2, 'time', (slice, time) => ({
          indices: [1, slice + 1, time + 1],
          echoTime: 10 + 20 * time,
          time: 0,
        })),
        pointers: [t.StackID, t.InStackPositionNumber, t.EffectiveEchoTime],
      },
    ],
    dims: ['5x6x4', '5x6x4'],
  },
  'magnitude and phase': {
    objects: [
      {
        frames: framesOf(4, 2, 'slice', (slice, part) => ({
          indices: [1, slice + 1, part + 1],
          component: part === 0 ? 'MAGNITUDE' : 'PHASE',
          time: 0,
        })),
        pointers: [t.StackID, t.InStackPositionNumber, t.ComplexImageComponent],
      },
    ],
    dims: ['5x6x4', '5x6x4'],
  },
  'a scan that was stopped': {
    objects: [{ frames: framesOf(4, 3, 'slice', timed).slice(0, 10), pointers: stackPositionTime }],
    dims: ['5x6x4x2'],
    differs: 'It keeps what is not whole.',
  },
  'a stopped scan of which nothing but the frames tells': {
    objects: [{ frames: framesOf(4, 3, 'slice').slice(0, 10) }],
    dims: ['5x6x4x2'],
    differs: 'It keeps what is not whole.',
  },
};

async function write(folder: string, made: readonly MadeEnhanced[]): Promise<FoundSeries> {
  const input = join(folder, 'made');
  mkdirSync(input);
  for (const [at, { file }] of made.entries()) writeFileSync(join(input, `${at}.dcm`), file);
  const { series } = await readFolder(input);
  return series[0] ?? assert.fail('a series');
}

const offset = (made: readonly MadeEnhanced[]): MadeEnhanced['places'] =>
  new Map(made.flatMap(({ places }) => [...places]));

for (const [what, { objects, dims, differs }] of Object.entries(cases)) {
  test(what, { skip: requireTool('dcm2niix') }, async (t) => {
    const folder = await tempFolder(t);
    const made = objects.map((options, at) => makeEnhanced({ ...options, firstValue: at * 2000 }));
    const series = await write(folder, made);
    const maker = await openMaker(folder);
    t.after(() => maker.close());
    const { files, refusals } = await maker.make(series, plain);
    assert.deepEqual(refusals, []);
    const volumes = files.map(({ bytes }) => readNifti(bytes));
    assert.deepEqual(volumes.map(({ dim }) => dim.join('x')).toSorted(), dims);
    for (const volume of volumes) checkPlaces(volume, offset(made));
    if (differs !== undefined) return;
    const { judged, missing } = judgeAll(volumes, await refereeOf(series, join(folder, 'referee')));
    const told = judged.map(({ verdict, difference }) => `${verdict} ${difference}`.trim());
    assert.deepEqual([told, missing], [dims.map(() => 'right'), []]);
  });
}

/** Every value lies where and when the phantom has it, and is there once. */
function checkPlaces({ dim, affine, voxels }: NiftiFile, places: MadeEnhanced['places']): void {
  const [nx = 1, ny = 1, nz = 1, nt = 1] = dim;
  const seen = new Set<number>();
  for (let at = 0; at < nx * ny * nz * nt; at += 1) {
    const value = voxels.readUInt16LE(2 * at);
    const place = places.get(value) ?? assert.fail(`value ${value} is of the phantom`);
    const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny)) % nz];
    const world = [0, 1, 2].map((row) => {
      const cell = (column: number): number => affine[row * 4 + column] ?? 0;
      return cell(0) * i + cell(1) * j + cell(2) * k + cell(3);
    });
    const [x, y, z] = place.at;
    const isNear = world.every((mm, axis) => Math.abs(mm - ([-x, -y, z][axis] ?? 0)) < 0.01);
    assert.ok(isNear, `value ${value} lies at ${world.join(' ')}, not ${[-x, -y, z].join(' ')}`);
    assert.equal(Math.floor(at / (nx * ny * nz)), place.time, `the time of value ${value}`);
    seen.add(value);
  }
  assert.equal(seen.size, nx * ny * nz * nt);
}

type Made = EnhancedOptions | readonly EnhancedOptions[];

const refused: Readonly<Record<string, readonly [Made, string]>> = {
  'times in random order that nothing tells': [
    { frames: mixed(framesOf(4, 3, 'slice')) },
    'VOLUME_DUPLICATE_POSITION',
  ],
  'fewer groups than frames': [
    {
      frames: framesOf(4, 1, 'slice', timed),
      edit: { [t.PerFrameFunctionalGroupsSequence]: [new Map()] },
    },
    'VOLUME_MULTI_FRAME',
  ],
  'a part of a concatenation, without the others': [
    { frames: framesOf(4, 1, 'slice', timed), edit: concatenated(0, 2) },
    'VOLUME_UNEVEN_SPACING',
  ],
  'a later part of a concatenation that does not count its parts': [
    {
      frames: framesOf(4, 3, 'slice').slice(6),
      edit: { [t.InConcatenationNumber]: 2, [t.ConcatenationFrameOffsetNumber]: 6 },
    },
    'VOLUME_UNEVEN_SPACING',
  ],
  'times of which the first lacks its beginning': [
    { frames: framesOf(4, 3, 'slice', timed).slice(6), pointers: stackPositionTime },
    'VOLUME_DUPLICATE_POSITION',
  ],
  'one time of each slice missing, not of all the same': [
    { frames: framesOf(4, 3, 'time', timed).filter((_, at) => ![0, 5, 8, 11].includes(at)) },
    'VOLUME_DUPLICATE_POSITION',
  ],
  'an interrupted scan of which other frames are missing too': [
    { frames: framesOf(2, 4, 'slice', timed).filter((_, at) => [0, 1, 3, 4, 6].includes(at)) },
    'VOLUME_DUPLICATE_POSITION',
  ],
  'frames that begin in the middle, of which nothing else tells': [
    { frames: framesOf(4, 3, 'slice').slice(6) },
    'VOLUME_DUPLICATE_POSITION',
  ],
  'objects of single frames of which the first are missing': [
    // Each time began with the third slice: what is left begins with the first.
    framesOf(4, 3, 'slice', (slice) => ({ slice: (slice + 2) % 4 }))
      .slice(6)
      .map((frame, at) => ({ frames: [frame], instanceNumber: at + 7 })),
    'VOLUME_DUPLICATE_POSITION',
  ],
  'more directions than a series has': [
    {
      frames: framesOf(600, 1, 'slice', (slice) => ({
        rowDirection: [Math.cos(slice / 99), Math.sin(slice / 99), 0],
        columnDirection: [0, 0, -1],
      })),
    },
    'VOLUME_TOO_MANY_STACKS',
  ],
  'an angiographic volume, for which there are no rules': [
    {
      sopClassUid: sopClass.XRay3DAngiographicImageStorage,
      frames: framesOf(4, 1, 'slice'),
    },
    'DEID_UNSUPPORTED_SOP_CLASS',
  ],
  "a volume of ultrasound, whose axes are not the patient's": [
    { sopClassUid: sopClass.EnhancedUSVolumeStorage, frames: framesOf(4, 1, 'slice') },
    'DEID_UNSUPPORTED_SOP_CLASS',
  ],
  'groups without a place': [
    {
      frames: framesOf(4, 1, 'slice'),
      editFrame: () => ({ [t.PlanePositionSequence]: undefined }),
    },
    'VOLUME_NO_GEOMETRY',
  ],
};

for (const [what, [objects, code]] of Object.entries(refused)) {
  test(`${what}: refused`, async (t) => {
    const folder = await tempFolder(t);
    const maker = await openMaker(folder);
    t.after(() => maker.close());
    const written = await write(folder, [objects].flat().map(makeEnhanced));
    const made = await maker.make(written, plain);
    assert.deepEqual(made, { files: [], refusals: [code] });
  });
}

test('a map that was computed of weighted images has no b-values, whatever it states', async (t) => {
  const folder = await tempFolder(t);
  const maker = await openMaker(folder);
  t.after(() => maker.close());
  const adc = { frameType: 'DERIVED\\PRIMARY\\DIFFUSION\\ADC', bValue: 1000 };
  const frames = framesOf(4, 3, 'slice', (slice, time) => ({
    indices: [1, slice + 1, time + 1],
    directionality: time === 0 ? 'NONE' : 'ISOTROPIC',
    ...(time === 2 ? adc : { bValue: time * 1000 }),
  }));
  const products = ['nii', 'bval'];
  const { files } = await maker.make(await write(folder, [makeEnhanced({ frames })]), {
    ...plain,
    products,
  });
  const [table, ...others] = files.filter(({ product }) => product === 'bval');
  assert.deepEqual([files.length, others.length], [3, 0]);
  assert.equal(table?.bytes.toString(), '0 1000\n');
});
