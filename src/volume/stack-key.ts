import type { Slice } from './slice.ts';

/**
 * What tells a stack from the others of its series, as a text to make its name of: one a line, in
 * this order, `stack-3`; the class of its objects; along row x column or against it; the six
 * direction cosines to 3 decimals; rows; columns; spacing between rows and between columns in mm to 4
 * decimals; its kind; what it was split by. Never the number of slices nor a
 * position, so that a late slice does not rename the file. The rounding lets the digits of a re-sent
 * header vary; this text is a durable format.
 */
export function stackKeyOf(
  { sopClassUid, direction, geometry, kind }: Slice,
  split: readonly string[],
): string {
  const cosines = [...geometry.rowDirectionLps, ...geometry.columnDirectionLps];
  return [
    'stack-3',
    sopClassUid,
    direction,
    cosines.map((cosine) => rounded(cosine, 3)).join('\\'),
    geometry.rows,
    geometry.columns,
    rounded(geometry.rowSpacingMm, 4),
    rounded(geometry.columnSpacingMm, 4),
    kind,
    ...split,
  ].join('\n');
}

/** Fixed decimals, without a minus before zero. */
function rounded(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text;
}
