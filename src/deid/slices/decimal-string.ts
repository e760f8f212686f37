/** As many characters as a decimal string may have. @standard PS3.5 Table 6.2-1 */
const charactersMax = 16;

/** A finite number as a decimal string of legal length, with as many digits as fit. */
export function decimalString(value: number): string {
  for (let digits = 15; digits > 1; digits -= 1) {
    const text = String(Number(value.toPrecision(digits)));
    if (text.length <= charactersMax) return text;
  }
  return String(Math.round(value));
}
