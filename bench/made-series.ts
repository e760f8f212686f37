import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type SeriesIdentity, seriesIdentity, writeSeries } from '../test/support/make-series.ts';
import type { FigureContext } from './figure.ts';

/** The CT series of the goals: 300 x 512 x 512 x 16 bit, 158 MB at scale 1. */
export async function madeCtSeries({ folder, scale }: FigureContext): Promise<{
  readonly folder: string;
  readonly paths: readonly string[];
  readonly sizeBytes: number;
  readonly identity: SeriesIdentity;
}> {
  const options = {
    slices: Math.max(2, Math.round(300 * scale)),
    rows: 512,
    columns: 512,
    spacingMm: [0.75, 0.75, 1],
  } as const;
  const target = join(folder, 'ct');
  const paths = await writeSeries(target, options);
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
  return { folder: target, paths, sizeBytes, identity: seriesIdentity(options) };
}
