import type { DataElement } from '../../dicom/index.ts';
import { textOf } from '../element-text.ts';
import { factLimits } from '../limits.ts';

const dayMs = 86_400_000;

/**
 * Times of day as differences to the earliest of them, in ms; across midnight too. Undefined unless
 * all are there. No time of day leaves: only what is between them.
 *
 * @param elements of VR TM, or DT, whose date is not looked at
 * @standard PS3.5 Table 6.2-1
 */
export function timesBetween(
  elements: readonly (DataElement | undefined)[],
): readonly number[] | undefined {
  const clock = elements.map(clockMs);
  const [first] = clock;
  if (first === undefined || !clock.every((time) => time !== undefined)) return undefined;
  const offsets = clock.map((time) => between(first, time));
  const earliest = offsets.reduce((least, time) => Math.min(least, time), 0);
  return offsets.map((time) => time - earliest);
}

/** From one time of day to another, ms; across midnight too: at most half a day either way. */
export function timeFrom(
  first: DataElement | undefined,
  second: DataElement | undefined,
): number | undefined {
  const [from, to] = [first, second].map(clockMs);
  if (from === undefined || to === undefined) return undefined;
  return between(from, to);
}

const between = (from: number, to: number): number =>
  ((to - from + 1.5 * dayMs) % dayMs) - dayMs / 2;

/** Of `HHMMSS.FFFFFF`, behind a date or not, in ms since midnight. */
function clockMs(element: DataElement | undefined): number | undefined {
  if (element === undefined || element.vr === 'SQ') return undefined;
  if (element.value.length > factLimits.csaTextMaxBytes) return undefined;
  const parts = /^(?:\d{8})?([01]\d|2[0-3])([0-5]\d)([0-5]\d(?:\.\d{1,6})?)$/.exec(textOf(element));
  if (parts === null) return undefined;
  return (Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3])) * 1000;
}
