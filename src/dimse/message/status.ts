/** What a DIMSE status means for the request. @standard PS3.7 §C */
export type StatusCategory = 'success' | 'pending' | 'cancel' | 'warning' | 'failure';

/** The statuses this program sends or tells apart. @standard PS3.7 §C; PS3.4 §B.2.3, §C.4 */
export const dimseStatus = {
  success: 0x0000,
  pending: 0xff00,
  pendingOptionalKeysUnsupported: 0xff01,
  cancel: 0xfe00,
  processingFailure: 0x0110,
  noSuchInstance: 0x0112,
  invalidInstance: 0x0117,
  sopClassNotSupported: 0x0122,
  notAuthorized: 0x0124,
  unrecognizedOperation: 0x0211,
  outOfResources: 0xa700,
  outOfResourcesSubOperations: 0xa702,
  moveDestinationUnknown: 0xa801,
  identifierDoesNotMatch: 0xa900,
  unableToProcess: 0xc000,
  /** Sub-operations complete, one or more failed. */
  subOperationsFailed: 0xb000,
} as const;

/** The category of a status. */
export function statusCategory(status: number): StatusCategory {
  if (status === 0x0000) return 'success';
  if (status === 0xff00 || status === 0xff01) return 'pending';
  if (status === 0xfe00) return 'cancel';
  const isWarning =
    status === 0x0001 || status === 0x0107 || status === 0x0116 || (status & 0xf000) === 0xb000;
  return isWarning ? 'warning' : 'failure';
}

/** `0xA700`, for people. */
export function formatStatus(status: number): string {
  return `0x${status.toString(16).toUpperCase().padStart(4, '0')}`;
}
