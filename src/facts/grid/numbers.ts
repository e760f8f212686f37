/** Plain decimal numbers of a text's values; undefined if one is none, or none is there. */
export function plainNumbers(texts: readonly string[]): readonly number[] | undefined {
  const isPlain = texts.every(
    (text) => text.length <= 32 && /^[+-]?\d+(\.\d*)?([eE][+-]?\d{1,2})?$/.test(text),
  );
  return isPlain && texts.length > 0 ? texts.map(Number) : undefined;
}
