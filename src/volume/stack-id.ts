import { createHash } from 'node:crypto';
import type { Slice } from './slice.ts';

/**
 * Name of a stack within its series: the first 16 hex digits of SHA-256 over its discriminators.
 *
 * They are, in this order, one a line: `stack-1`; the six direction cosines to 3 decimals; rows;
 * columns; spacing between rows and between columns in mm to 4 decimals; Image Type, Echo Numbers,
 * Echo Time, Temporal Position Identifier, Photometric Interpretation, Diffusion b-value. Never the
 * number of slices nor a position, so that a late slice does not rename the file. The rounding lets
 * the digits of a re-sent header vary; this text is a durable format.
 */
export function stackIdOf({ geometry, discriminators }: Slice): string {
  const cosines = [...geometry.rowDirectionLps, ...geometry.columnDirectionLps];
  const text = [
    'stack-1',
    cosines.map((cosine) => rounded(cosine, 3)).join('\\'),
    geometry.rows,
    geometry.columns,
    rounded(geometry.rowSpacingMm, 4),
    rounded(geometry.columnSpacingMm, 4),
    discriminators,
  ].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Fixed decimals, without a minus before zero. */
function rounded(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text;
}
