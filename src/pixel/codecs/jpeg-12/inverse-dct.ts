/** Bits behind the point of a factor, and of what goes from the first pass to the second. */
const factorBits = 13;
const passBits = 1;

const factor = (value: number): number => Math.round(value * 2 ** factorBits);

const f = {
  a: factor(0.298_631_336),
  b: factor(0.390_180_644),
  c: factor(0.541_196_1),
  d: factor(0.765_366_865),
  e: factor(0.899_976_223),
  f: factor(1.175_875_602),
  g: factor(1.501_321_11),
  h: factor(1.847_759_065),
  i: factor(1.961_570_56),
  j: factor(2.053_119_869),
  k: factor(2.562_915_447),
  l: factor(3.072_711_026),
} as const;

/**
 * The inverse DCT of a block in whole numbers: the algorithm of Loeffler, Ligtenberg and Moschytz
 * (1989) with 12 multiplications a row, its factors with 13 bits behind the point, one kept between
 * the passes. Decoders that compute so, and most do, agree to the last bit.
 *
 * @param block 64 coefficients, row by row; becomes samples around 0
 * @standard ISO 10918-1 §A.3.3
 */
export function inverseDct(block: Float64Array): void {
  for (let column = 0; column < 8; column += 1) {
    transform(block, { at: column, step: 8, drop: factorBits - passBits });
  }
  for (let row = 0; row < 8; row += 1) {
    transform(block, { at: 8 * row, step: 1, drop: factorBits + passBits + 3 });
  }
}

/** Eight values, `step` apart; `drop` bits of the result are rounded away. */
function transform(block: Float64Array, place: { at: number; step: number; drop: number }): void {
  const { at, step, drop } = place;
  const v = (index: number): number => block[at + index * step] ?? 0;
  const put = (index: number, value: number): void => {
    block[at + index * step] = Math.floor((value + 2 ** (drop - 1)) / 2 ** drop);
  };
  const turned = (v(2) + v(6)) * f.c;
  const even2 = turned - v(6) * f.h;
  const even3 = turned + v(2) * f.d;
  const sum = (v(0) + v(4)) * 2 ** factorBits;
  const difference = (v(0) - v(4)) * 2 ** factorBits;
  const even = [sum + even3, difference + even2, difference - even2, sum - even3] as const;
  const shared = (v(7) + v(3) + v(5) + v(1)) * f.f;
  const z1 = (v(7) + v(1)) * -f.e;
  const z2 = (v(5) + v(3)) * -f.k;
  const z3 = (v(7) + v(3)) * -f.i + shared;
  const z4 = (v(5) + v(1)) * -f.b + shared;
  const odd = [
    v(1) * f.g + z1 + z4,
    v(3) * f.l + z2 + z3,
    v(5) * f.j + z2 + z4,
    v(7) * f.a + z1 + z3,
  ] as const;
  for (const index of [0, 1, 2, 3] as const) {
    put(index, even[index] + odd[index]);
    put(7 - index, even[index] - odd[index]);
  }
}
