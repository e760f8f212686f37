import { assert } from '../../lib/assert.ts';

const aeTitlePattern = /^(?! *$)[\x20-\x5b\x5d-\x7e]{1,16}$/;

/** Whether `value` can be an Application Entity title. @standard PS3.5 §6.2, Table 6.2-1 (AE) */
export function isAeTitle(value: string): boolean {
  return aeTitlePattern.test(value);
}

/** The 16 bytes of an AE title field, padded with spaces. */
export function formatAeTitle(aeTitle: string): string {
  assert(isAeTitle(aeTitle), 'an AE title has 1 to 16 printable characters');
  return aeTitle.padEnd(16, ' ');
}

/** An AE title field without its non-significant spaces; NUL padding of some peers goes too. */
export function parseAeTitle(field: string): string {
  return field.replace(/^[\0 ]+|[\0 ]+$/g, '');
}
