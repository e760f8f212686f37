import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds and tolerances of volume geometry. */
export const volumeLimits = defineLimits('volume', {
  extentMax: {
    value: 32_767,
    unit: 'count',
    reason: 'NIfTI-1 stores the number of columns, rows and slices as signed 16-bit integers.',
  },
  voxelBytesMax: {
    value: 16 * 2 ** 30,
    unit: 'bytes',
    reason: 'Ten times the largest series of a clinical scanner; more is a wrong header.',
  },
  orthonormalTolerance: {
    value: 1e-3,
    unit: 'ratio',
    reason:
      'Scanners write direction cosines with as few as three to four digits; 1e-3 is 0.06 degrees.',
  },
  orientationTolerance: {
    value: 1e-4,
    unit: 'ratio',
    reason: 'Difference of a cosine between slices of one stack: 0.05 mm at the edge of 500 mm.',
  },
  inPlaneSpacingTolerance: {
    value: 1e-4,
    unit: 'ratio',
    reason: 'Difference of pixel spacing between slices: a twentieth of a pixel over 512 pixels.',
  },
  spacingTolerance: {
    value: 0.16,
    unit: 'ratio',
    reason:
      'How far a slice may lie from its even place, in slice distances: those of 0.625 mm rounded to 0.1 mm pass, a missing slice is 0.5 or more.',
  },
  positionToleranceMm: {
    value: 0.1,
    unit: 'mm',
    reason: 'The same in millimetres, the smaller counts: finer than any clinical voxel.',
  },
  tiltTolerance: {
    value: 1e-3,
    unit: 'ratio',
    reason:
      'Sideways shift per distance: 0.06 degrees, the rounding of cosines; a gantry is tilted by whole degrees.',
  },
  samePlaceMm: {
    value: 0.01,
    unit: 'mm',
    reason:
      'Positions closer than this are one place: finer than any scanner cuts, coarser than what a repeated slice is rounded by.',
  },
  missingTolerance: {
    value: 0.01,
    unit: 'ratio',
    reason:
      'How far a distance may be from a whole multiple of Spacing Between Slices to say that slices are missing.',
  },
  measuredTolerance: {
    value: 0.01,
    unit: 'ratio',
    reason:
      'Echo, repetition and inversion times, flip angles and exposures that follow each other more closely are one that was measured.',
  },
  stacksMax: {
    value: 512,
    unit: 'count',
    reason:
      'Stacks of one series: a projection turned by each degree has 360. Each slice is held against all of them.',
  },
});

/** The bounds that planning takes as an argument. */
export type VolumeLimits = typeof volumeLimits;
