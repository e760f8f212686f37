import type { SeriesOptions } from './make-series.ts';
import type { TestElement } from './part10-writer.ts';

const small = { modality: 'MR', rows: 8, columns: 8 } as const;

/** Elements to add or replace in the slice at `index`. */
type Edit = (index: number) => readonly TestElement[];

/** Volume `place` of an acquisition as single-frame export of Siemens XA has it: a series of its own. */
export function xaVolume(place: number, options: { readonly edit?: Edit } = {}): SeriesOptions {
  return {
    ...small,
    slices: 3,
    studySeed: 77,
    seriesNumber: 16_000 + place,
    edit: (index) => [
      [0x00080070, 'LO', 'Siemens Healthineers'],
      [0x00181020, 'LO', 'syngo MR XA30'],
      [0x00181030, 'LO', 'Synthetic protocol'],
      [0x00200100, 'IS', [place]],
      [0x00200105, 'IS', [4]],
      ...(options.edit?.(index) ?? []),
    ],
  };
}

/** Time point `place` of an acquisition as the standard's elements state it: a series of its own. */
export function statedVolume(place: number): SeriesOptions {
  return {
    ...small,
    slices: 3,
    studySeed: 79,
    seriesNumber: place,
    edit: () => [
      [0x00080017, 'UI', '2.25.20240613.79.50'],
      [0x00200100, 'IS', [place]],
      [0x00200105, 'IS', [2]],
    ],
  };
}

const timePoints = 3;

/**
 * Slice `place` of an acquisition over time as single-frame export of Canon V6.0 has it: a series of
 * its own, under the number of all.
 */
export function canonSlice(place: number, options: { readonly edit?: Edit } = {}): SeriesOptions {
  return {
    ...small,
    slices: timePoints,
    studySeed: 78,
    seriesNumber: 10_000,
    seed: place,
    edit: (index) => [
      [0x00080070, 'LO', 'CANON_MEC'],
      [0x00181020, 'LO', 'V6.0SP2001*'],
      [0x0020000e, 'UI', `1.2.392.200036.9116.4.2.9106.366.10001.0.0.1.${place}`],
      [0x00180023, 'CS', '2D'],
      [0x00200032, 'DS', [-10, -20, 3 * place]],
      [0x00200100, 'IS', [index + 1]],
      [0x00200105, 'IS', [timePoints]],
      ...(options.edit?.(index) ?? []),
    ],
  };
}
