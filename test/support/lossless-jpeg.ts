import { concatBytes } from '../../src/lib/bytes/bytes.ts';

/** What to encode. */
export interface LosslessOptions {
  readonly rows: number;
  readonly columns: number;
  readonly precision: number;
  /** 1 to 7; 1 if left out. */
  readonly predictor?: number;
  /** Rows between restart markers; none if left out or 0. */
  readonly restartRows?: number;
}

/**
 * Samples as a lossless JPEG frame of one component, with one code of 5 bits for each of the 17 sizes.
 * @standard ISO 10918-1 Annex H
 */
export function encodeLossless(samples: Uint16Array, options: LosslessOptions): Uint8Array {
  const { rows, columns, precision, predictor = 1, restartRows = 0 } = options;
  const data: (readonly number[])[] = [];
  let bits = '';
  for (let row = 0; row < rows; row += 1) {
    const isRestart = restartRows > 0 && row > 0 && row % restartRows === 0;
    if (isRestart) {
      data.push(stuffed(bits), [0xff, 0xd0 + ((row / restartRows - 1) % 8)]);
      bits = '';
    }
    for (let column = 0; column < columns; column += 1) {
      const at = row * columns + column;
      const predicted = predict(
        samples,
        { at, row, column, isFirst: row === 0 || isRestart },
        options,
      );
      bits += codeOf((((samples[at] ?? 0) - predicted + 0x1_8000) & 0xffff) - 0x8000);
    }
  }
  data.push(stuffed(bits));
  const word = (value: number): readonly number[] => [value >>> 8, value & 255];
  const head = [
    ...[0xff, 0xd8, 0xff, 0xc3, 0, 11, precision, ...word(rows), ...word(columns), 1, 1, 0x11, 0],
    ...[0xff, 0xc4, 0, 36, 0, 0, 0, 0, 0, 17, ...Array<number>(11).fill(0)],
    ...Array.from({ length: 17 }, (_, size) => size),
    ...(restartRows > 0 ? [0xff, 0xdd, 0, 4, ...word(restartRows * columns)] : []),
    ...[0xff, 0xda, 0, 8, 1, 1, 0, predictor, 0, 0],
  ];
  return concatBytes([head, ...data, [0xff, 0xd9]].map((part) => Uint8Array.from(part)));
}

function predict(
  samples: Uint16Array,
  place: { at: number; row: number; column: number; isFirst: boolean },
  { columns, precision, predictor = 1 }: LosslessOptions,
): number {
  const { at, column, isFirst } = place;
  const sample = (index: number): number => samples[index] ?? 0;
  if (isFirst) return column === 0 ? 2 ** (precision - 1) : sample(at - 1);
  const [left, above, corner] = [sample(at - 1), sample(at - columns), sample(at - columns - 1)];
  if (column === 0) return above;
  const predictions = [
    left,
    above,
    corner,
    left + above - corner,
    left + ((above - corner) >> 1),
    above + ((left - corner) >> 1),
    (left + above) >> 1,
  ];
  return predictions[predictor - 1] ?? 0;
}

/** The size of a difference, and the difference in so many bits. */
function codeOf(difference: number): string {
  if (difference === -0x8000) return (16).toString(2).padStart(5, '0');
  const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
  const value = difference > 0 ? difference : difference + 2 ** size - 1;
  return (
    size.toString(2).padStart(5, '0') + (size === 0 ? '' : value.toString(2).padStart(size, '0'))
  );
}

/** Bytes of bits, filled up with ones; a zero after each 0xFF. */
function stuffed(bits: string): readonly number[] {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return Array.from({ length: padded.length / 8 }, (_, index) =>
    Number.parseInt(padded.slice(8 * index, 8 * index + 8), 2),
  ).flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte]));
}
