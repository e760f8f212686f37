import type { Name } from '@peculiar/asn1-x509';

/** One attribute of a name: dotted type and decoded string value. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** A name, RDN by RDN, most significant first. @standard RFC 5280 §4.1.2.4 */
export type DistinguishedName = readonly (readonly NameAttribute[])[];

/** Labels as grid software writes them. */
const labels: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'street'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.12', 'title'],
  ['2.5.4.42', 'GN'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
]);

/** The dotted type of commonName. */
export const commonNameType = '2.5.4.3';

/** Decode a name; undefined when a value is no string. */
export function decodeName(name: Name): DistinguishedName | undefined {
  const decoded: NameAttribute[][] = [];
  for (const rdn of name) {
    const attributes: NameAttribute[] = [];
    for (const { type, value } of rdn) {
      if (value.anyValue !== undefined) return undefined;
      attributes.push({ type, value: value.toString() });
    }
    decoded.push(attributes.toSorted((a, b) => (nameKey([[a]]) < nameKey([[b]]) ? -1 : 1)));
  }
  return decoded;
}

/**
 * A text that two names share exactly when they are the same: by attribute type and string value,
 * not by bytes, because software re-encodes PrintableString as UTF8String on the way.
 */
export function nameKey(name: DistinguishedName): string {
  return JSON.stringify(name.map((rdn) => rdn.map(({ type, value }) => [type, value])));
}

/** Whether two names are the same. */
export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return nameKey(a) === nameKey(b);
}

/**
 * The one-line form that grid software uses, `/DC=org/DC=grid/CN=Alice Example`; bytes outside
 * printable ASCII as `\xNN`.
 *
 * The form is ambiguous by nature: a value may hold text that reads as a further attribute. Names
 * that would be misread are given no form at all, so that nobody can spell another one's name.
 *
 * @returns undefined when the name is empty, has a multi-valued RDN, or would be misread
 */
export function slashForm(name: DistinguishedName): string | undefined {
  let text = '';
  for (const rdn of name) {
    const [attribute] = rdn;
    if (attribute === undefined || rdn.length > 1) return undefined;
    const { type, value } = attribute;
    if (value === '' || /\/[A-Za-z0-9.]+=|\\x/.test(value)) return undefined;
    text += `/${labels.get(type) ?? type}=${escapeValue(value)}`;
  }
  return text === '' ? undefined : text;
}

function escapeValue(value: string): string {
  let text = '';
  for (const byte of Buffer.from(value, 'utf8')) {
    const printable = byte >= 0x20 && byte <= 0x7e;
    text += printable
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
