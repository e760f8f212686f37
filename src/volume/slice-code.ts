/**
 * How slices follow each other in time, as NIfTI-1 codes it: 0 where their times are no such order.
 *
 * @param timesMs of the slices of a volume, in the order of the file
 * @standard NIfTI-1.1 nifti1.h (slice_code)
 */
export function sliceCodeOf(timesMs: readonly (number | undefined)[]): number {
  if (timesMs.length < 3 || timesMs.includes(undefined)) return 0;
  const times = timesMs as readonly number[];
  // Slices of several bands are acquired together: that is none of these orders.
  if (new Set(times).size < times.length) return 0;
  const order = times
    .map((_, index) => index)
    .toSorted((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
  const text = order.join();
  return orders(times.length).findIndex((known) => known.join() === text) + 1;
}

/** SEQ_INC, SEQ_DEC, ALT_INC, ALT_DEC, ALT_INC2, ALT_DEC2, in the order of their codes. */
function orders(count: number): readonly (readonly number[])[] {
  const rising = Array.from({ length: count }, (_, index) => index);
  const falling = rising.toReversed();
  const alternating = (from: readonly number[], first: number): readonly number[] => [
    ...from.filter((_, at) => at % 2 === first),
    ...from.filter((_, at) => at % 2 !== first),
  ];
  return [
    rising,
    falling,
    alternating(rising, 0),
    alternating(falling, 0),
    alternating(rising, 1),
    alternating(falling, 1),
  ];
}
