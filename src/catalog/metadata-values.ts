import type { SeriesMetadata } from './catalog.ts';

/** One value of an attribute, as text and, where it is a number, as that. */
export interface MetadataValue {
  readonly keyword: string;
  readonly position: number;
  readonly text: string;
  readonly number: number | null;
}

/** Numerals that have one spelling: `007` is text, so that it is not 7. */
const numeral = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;

/** The number that a value is, if it is one. */
export function numberOf(value: string | number): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return numeral.test(value) ? Number(value) : null;
}

/** All values of a series' attributes; several of one attribute are joined by a backslash. */
export function metadataValues(metadata: SeriesMetadata): readonly MetadataValue[] {
  return Object.entries(metadata).flatMap(([keyword, joined]) =>
    String(joined)
      .split('\\')
      .map((text, position) => ({ keyword, position, text, number: numberOf(text) })),
  );
}
