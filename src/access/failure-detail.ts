import { MdmError } from '../lib/errors/mdm-error.ts';

/**
 * What a failed recall says in numbers: how many instances an archive lists, counts or sent, the
 * DIMSE status it gave, and the UIDs of transfer syntaxes. Made of numbers alone: no text of an error reaches a caller.
 */
export function failureDetail(error: unknown): string | undefined {
  if (!(error instanceof MdmError) || !error.code.startsWith('RECALL_')) return undefined;
  const { listed, counted, unusable, announced, expected, missing, late, status } = error.context;
  if (isCount(listed) && isCount(counted)) {
    return `the archive counts ${counted} instances and lists ${listed}`;
  }
  if (isCount(listed) && isCount(unusable)) {
    return `the archive lists ${listed} instances, and ${unusable} without a valid UID`;
  }
  if (isCount(announced) && isCount(missing) && isCount(late)) {
    const known = announced - missing;
    return `the archive lists ${known} of ${announced} instances announced, and ${late} others`;
  }
  if (isCount(expected) && isCount(missing)) return `${missing} of ${expected} did not come`;
  const { transferSyntax } = error.context;
  if (typeof transferSyntax === 'string') {
    const uids = transferSyntax.match(/\b\d+(?:\.\d+){2,31}\b/g) ?? [];
    if (uids.length > 0) return `transfer syntax ${uids.join(', ')}`;
  }
  const isStatus = typeof status === 'string' && /^0x[0-9A-F]{4}$/.test(status);
  return isStatus ? `DIMSE status ${status}` : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
