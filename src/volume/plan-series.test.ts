import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ValueInput } from '../dicom/index.ts';
import { fact, knownValue } from '../facts/index.ts';
import { present } from '../lib/assert.ts';
import { planFromPositions } from './plan.ts';
import { planSeries } from './plan-series.ts';
import { type SampleOptions, sampleSlices } from './suite.ts';
import type { Vector3 } from './vector.ts';
import type { PlanSlice, StackOutcome } from './volume-format.ts';

const tag = {
  imageType: 0x00080008,
  thickness: 0x00180050,
  repetitionTime: 0x00180080,
  echoTime: 0x00180081,
  inversionTime: 0x00180082,
  echoNumbers: 0x00180086,
  bValue: 0x00189087,
  instanceNumber: 0x00200013,
  kernel: 0x00181210,
  spacing: 0x00180088,
  directionality: 0x00189075,
  gradient: 0x00189089,
  position: 0x00200032,
  concatenation: 0x00209161,
  part: 0x00209162,
  parts: 0x00209163,
  temporalPosition: 0x00200100,
  segment: 0x0062000b,
  sopClass: 0x00080016,
} as const;

type Edit = Readonly<Record<number, ValueInput | undefined>>;

/** A stack of `count` slices; instance numbers count on from `first`, by `step`. */
function stack(
  options: SampleOptions & { readonly first?: number; readonly step?: number } = {},
  edit: (index: number) => Edit = () => ({}),
): PlanSlice[] {
  const { first = 1, step = 1 } = options;
  return sampleSlices({
    ...options,
    edit: (index) => ({ [tag.instanceNumber]: String(first + index * step), ...edit(index) }),
  });
}

/** What became of slices, in an order that depends on nothing. */
function summary(outcomes: readonly StackOutcome[]): readonly string[] {
  return outcomes
    .map(({ outcome, leftOut }) => {
      if (!outcome.ok) return outcome.code;
      const { columns, rows, slices, volumes } = outcome.value;
      const left = leftOut.length === 0 ? '' : `, ${leftOut.length} left out`;
      return `${columns}x${rows}x${slices}x${volumes}${left}`;
    })
    .toSorted();
}

const shuffledOf = (count: number): fc.Arbitrary<number[]> => {
  const indices = Array.from({ length: count }, (_, index) => index);
  return fc.shuffledSubarray(indices, { minLength: count, maxLength: count });
};

/** Which slice of the input is at each place of each stack, by the stack's key. */
function places(
  slices: readonly PlanSlice[],
  order: readonly number[],
): readonly (readonly [string, readonly (number | undefined)[]])[] {
  const outcomes = planSeries(order.map((index) => present(slices[index], 'a slice')));
  return outcomes
    .map(({ slices: of, outcome, stackKey }) => {
      const inFile: (number | undefined)[] = [];
      if (outcome.ok) {
        for (const [at, place] of outcome.value.placeOf.entries()) {
          if (place >= 0) inFile[place] = order[of[at] ?? -1];
        }
      }
      return [stackKey ?? '', inFile] as const;
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const repeats = (count: number, edit: (volume: number) => Edit = () => ({})): PlanSlice[] =>
  Array.from({ length: count }, (_, volume) =>
    stack({ first: 1 + volume * 5 }, () => edit(volume)),
  ).flat();

/** A slice that is turned a little. */
function jittered(slice: PlanSlice, by: number): PlanSlice {
  const orientation = fact([1, by, 0, by, -1, 0]);
  return { ...slice, facts: { ...slice.facts, orientation } };
}

const series: Readonly<Record<string, readonly [readonly PlanSlice[], readonly string[]]>> = {
  'one stack': [stack(), ['8x6x5x1']],
  'two segments of the same places': [
    [1, 2].flatMap((segment) => stack({}, () => ({ [tag.segment]: segment }))),
    ['8x6x5x1', '8x6x5x1'],
  ],
  'time points that instance numbers tell, one after another': [repeats(3), ['8x6x5x3']],
  'time points of a slice, slice after slice': [
    [0, 1, 2].flatMap((volume) => stack({ first: 1 + volume, step: 3 })),
    ['8x6x5x3'],
  ],
  'time points that the temporal position tells, under random instance numbers': [
    [0, 1].flatMap((volume) =>
      stack({}, (index) => ({
        [tag.temporalPosition]: String(volume + 1),
        [tag.instanceNumber]: String([17, 3, 5, 12, 9][(index + volume) % 5]),
      })),
    ),
    ['8x6x5x2'],
  ],
  'weightings that instance numbers mix': [
    [0, 1].flatMap((volume) =>
      stack({}, (index) => ({
        [tag.bValue]: volume * 1000,
        [tag.instanceNumber]: String(index * 2 + ((volume + index) % 2)),
      })),
    ),
    ['8x6x5x2'],
  ],
  'two echoes': [
    repeats(2, (at) => ({ [tag.echoNumbers]: String(at + 1) })),
    ['8x6x5x1', '8x6x5x1'],
  ],
  'two echo times': [
    repeats(2, (at) => ({ [tag.echoTime]: String(10 + 15 * at) })),
    ['8x6x5x1', '8x6x5x1'],
  ],
  'echo times of one echo as measured': [
    stack({}, (index) => ({ [tag.echoTime]: (30 + index * 0.01).toFixed(2) })),
    ['8x6x5x1'],
  ],
  'echo times of two time points as measured': [
    repeats(2, (at) => ({ [tag.echoTime]: String(30 + 0.05 * at) })),
    ['8x6x5x2'],
  ],
  'time points in two passes each, gated': [
    [0, 1].flatMap((volume) =>
      stack({ count: 10, first: 1 + 10 * volume }, (index) => ({
        [tag.repetitionTime]: String([2000, 2013, 2057, 2090][2 * volume + (index % 2)]),
      })),
    ),
    ['8x6x10x2'],
  ],
  'one place while a repetition time drifts': [
    Array.from({ length: 40 }, (_, at) =>
      stack({ count: 1, first: 1 + at }, () => ({
        [tag.repetitionTime]: String(2000 + 3 * at),
      })),
    ).flat(),
    ['8x6x1x40'],
  ],
  'two kernels': [
    repeats(2, (at) => ({ [tag.kernel]: at === 0 ? 'B30f' : 'B70f' })),
    ['8x6x5x1', '8x6x5x1'],
  ],
  'numbers that two echoes share, and a spacing that is the gap': [
    [0, 1].flatMap((echo) =>
      stack({ first: 1 + echo, step: 2 }, () => ({
        [tag.echoNumbers]: String(echo + 1),
        [tag.spacing]: '1',
      })),
    ),
    ['8x6x5x1', '8x6x5x1'],
  ],
  'a concatenation without its last part beside a whole one': [
    [
      ...stack({}, () => ({ [tag.concatenation]: '2.25.1', [tag.part]: 1, [tag.parts]: 2 })),
      ...stack({ first: 6 }, () => ({
        [tag.concatenation]: '2.25.1',
        [tag.part]: 2,
        [tag.parts]: 2,
      })),
      ...stack({ first: 11 }, () => ({
        [tag.imageType]: 'ORIGINAL\\PRIMARY\\P\\ND',
        [tag.concatenation]: '2.25.2',
        [tag.part]: 1,
        [tag.parts]: 2,
      })),
    ],
    ['8x6x5x2', 'VOLUME_UNEVEN_SPACING'],
  ],
  'two traces and a direction under unlike numbers': [
    stack().flatMap((_, index) =>
      [false, true, false].flatMap((isDirected, at) =>
        stack({ first: 1 + index * 3 + ((at * (index + 1)) % 3) }, () => ({
          [tag.bValue]: 1000,
          ...(isDirected ? { [tag.gradient]: [1, 0, 0] } : {}),
        })).slice(index, index + 1),
      ),
    ),
    ['VOLUME_DUPLICATE_POSITION'],
  ],
  'a trace beside directions': [
    [0, 1, 2, 3].flatMap((volume) =>
      stack({ first: 1 + volume * 5 }, () => ({
        [tag.bValue]: volume === 0 ? 0 : 1000,
        [tag.gradient]: [
          [0, 0, 0],
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 0],
        ][volume],
      })),
    ),
    ['8x6x5x1', '8x6x5x3'],
  ],
  'weightings that numbers mix in an interrupted scan': [
    [0, 1, 2].flatMap((volume) =>
      stack({ first: 1 + volume * 5 }, (index) => ({
        [tag.bValue]: (volume + index) % 2 === 0 ? 0 : 1000,
      })).slice(0, volume === 2 ? 4 : 5),
    ),
    ['8x6x5x2, 4 left out'],
  ],
  'cosines that differ in their last digits': [
    stack({ columnDirection: [0, -1, 0] }).map((slice, index) =>
      jittered(slice, [8e-5, -8e-5, 8e-5, -8e-5, 0][index] ?? 0),
    ),
    ['8x6x5x1'],
  ],
  'stacks that differ by less than their names tell': [
    [
      ...stack().map((slice) => jittered(slice, 0)),
      ...stack().map((slice) => jittered(slice, 3e-4)),
    ],
    ['VOLUME_MIXED_ORIENTATION'],
  ],
  'a stack and its copy as objects of another class': [
    [...stack(), ...stack({ sopClassUid: '1.2.840.10008.5.1.4.1.1.4.4', first: 6 })],
    ['8x6x5x1', '8x6x5x1'],
  ],
  'magnitude and phase': [
    repeats(2, (at) => ({ [tag.imageType]: `ORIGINAL\\PRIMARY\\${at === 0 ? 'M' : 'P'}\\ND` })),
    ['8x6x5x1', '8x6x5x1'],
  ],
  'two inversion times, each whole': [
    repeats(2, (at) => ({ [tag.inversionTime]: String(700 + 1800 * at) })),
    ['8x6x5x1', '8x6x5x1'],
  ],
  'a repetition time that follows the heart': [
    stack({}, (index) => ({ [tag.repetitionTime]: String(900 + index * 7) })),
    ['8x6x5x1'],
  ],
  orientations: [
    [
      ...stack(),
      ...stack({ first: 6, rowDirection: [0, 1, 0], columnDirection: [0, 0, -1], count: 3 }),
    ],
    ['8x6x3x1', '8x6x5x1'],
  ],
  'a scout of another size': [
    [
      ...stack(),
      ...stack({ first: 6, count: 1, rows: 16, columns: 16 }, () => ({ [tag.thickness]: '8' })),
    ],
    ['16x16x1x1', '8x6x5x1'],
  ],
  'a scan that was interrupted': [
    [...repeats(2), ...stack({ first: 11, count: 3 })],
    ['8x6x5x2, 3 left out'],
  ],
  'a slice twice': [
    [...stack(), ...stack({ first: 3, count: 1, origin: [-10, -20, 34] })],
    ['VOLUME_DUPLICATE_POSITION'],
  ],
  'one slice of unknown thickness': [stack({ count: 1 }), ['8x6x1x1']],
  'a slice of a time point missing, whatever its place': [
    repeats(3).filter((_, at) => at !== 5),
    ['VOLUME_UNEVEN_SPACING'],
  ],
  'the first slice of all missing': [repeats(3).slice(1), ['VOLUME_UNEVEN_SPACING']],
  'the beginning missing, and numbered anew': [
    [0, 1, 2].flatMap((volume) =>
      stack({ first: volume * 5 - 1 }, () => ({
        [tag.temporalPosition]: String(volume + 1),
      })).slice(volume === 0 ? 2 : 0),
    ),
    ['VOLUME_UNEVEN_SPACING'],
  ],
  'one time of each place missing, not of all the same': [
    repeats(3, (at) => ({ [tag.temporalPosition]: String(at + 1) })).filter(
      (_, at) => at > 0 && at <= 10,
    ),
    ['VOLUME_DUPLICATE_POSITION'],
  ],
  'one slice of each time point missing, another one each time': [
    repeats(5).filter((_, at) => at % 6 !== 0),
    ['VOLUME_DUPLICATE_POSITION'],
  ],
  'time points without numbers': [
    repeats(2, () => ({ [tag.instanceNumber]: undefined })),
    ['VOLUME_DUPLICATE_POSITION'],
  ],
  'a gap': [
    stack({}, (index) => (index === 4 ? { [tag.position]: '-10\\-20\\40' } : {})),
    ['VOLUME_UNEVEN_SPACING'],
  ],
  'one slice whose thickness is known': [
    stack({ count: 1 }, () => ({ [tag.thickness]: '5' })),
    ['8x6x1x1'],
  ],
  'an object without a place, of another size': [
    [
      ...stack(),
      ...stack({ first: 6, count: 1, rows: 32, columns: 32 }, () => ({
        [tag.position]: undefined,
      })),
    ],
    ['8x6x5x1', 'VOLUME_NO_GEOMETRY'],
  ],
  'an image without a place that could be a slice': [
    [...stack(), ...stack({ first: 6, count: 1 }, () => ({ [tag.position]: undefined }))],
    ['VOLUME_NO_GEOMETRY'],
  ],
};

for (const [what, [slices, expected]] of Object.entries(series)) {
  test(`${what}: ${expected.join(', ')}, in any order`, () => {
    assert.deepEqual(summary(planSeries(slices)), expected);
    const inOrder = places(
      slices,
      slices.map((_, index) => index),
    );
    fc.assert(
      fc.property(shuffledOf(slices.length), (order) => {
        const shuffled = order.map((index) => present(slices[index], 'a slice'));
        assert.deepEqual(summary(planSeries(shuffled)), expected);
        assert.deepEqual(places(slices, order), inOrder);
      }),
      { numRuns: 20 },
    );
  });
}

test('volumes follow each other by what orders them, slices by their place', () => {
  const [[, inFile] = ['', []]] = places(
    repeats(3),
    Array.from({ length: 15 }, (_, at) => at),
  );
  assert.deepEqual(
    inFile,
    Array.from({ length: 15 }, (_, at) => at),
  );
  const byTime =
    series['time points that the temporal position tells, under random instance numbers'];
  const [[, timed] = ['', []]] = places(byTime?.[0] ?? [], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(timed, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('of several stacks each has a key of its own, which a late slice does not change', () => {
  for (const [slices] of Object.values(series)) {
    const keys = planSeries(slices).flatMap(({ stackKey }) => stackKey ?? []);
    assert.equal(new Set(keys).size, keys.length);
  }
  const key = (count: number): string | undefined => planSeries(stack({ count }))[0]?.stackKey;
  assert.equal(key(5), key(6));
});

test('a stack that is planned by one header has the key that all headers give it', () => {
  const slices = stack({}, () => ({ [tag.echoTime]: '12' }));
  const [planned] = planSeries(slices);
  const positions = slices.map(({ facts }) => knownValue(facts.position) as Vector3 | undefined);
  const early = planFromPositions(positions, present(slices[0], 'a slice'));
  assert.ok(early.ok);
  assert.equal(planned?.stackKey, early.value.stackKey);
});

test('stacks that anything of the table of kinds tells apart are never one volume', () => {
  const kinds: readonly Edit[] = [
    { [tag.echoNumbers]: '2' },
    { [tag.echoTime]: '77' },
    { [tag.imageType]: 'ORIGINAL\\PRIMARY\\P' },
    { [tag.imageType]: 'DERIVED\\PRIMARY\\ADC' },
    { 0x00181100: '240' },
    { 0x00280004: 'MONOCHROME1' },
  ];
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 4 }), (edit, volumes) => {
      const one = repeats(volumes);
      const other = repeats(volumes, () => edit);
      const outcomes = planSeries([...one, ...other]);
      assert.deepEqual(summary(outcomes), Array(2).fill(`8x6x5x${volumes}`));
    }),
  );
});
