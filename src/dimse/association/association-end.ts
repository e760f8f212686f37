import { unreachable } from '../../lib/assert.ts';
import type { MdmError } from '../../lib/errors/mdm-error.ts';
import { type DimseErrorCode, dimseErrors } from '../errors.ts';
import type { ProviderAbortReason } from '../pdu/abort.ts';

/** What the peer was waited for when time ran out. */
export type Awaited = 'association' | 'release' | 'message' | 'rest of a PDU';

/** How an association ended. */
export type AssociationEnd =
  | { readonly kind: 'released' }
  /** It was never accepted. */
  | { readonly kind: 'rejected' }
  | {
      readonly kind: 'aborted-by-peer';
      readonly source: 'service-user' | 'service-provider';
      readonly reason: ProviderAbortReason;
    }
  | { readonly kind: 'aborted-by-us'; readonly reason: unknown }
  /** The transport connection ended without A-RELEASE or A-ABORT. */
  | { readonly kind: 'closed'; readonly cause: Error | undefined }
  | { readonly kind: 'timed-out'; readonly waitingFor: Awaited }
  /** The peer broke the protocol; the association was aborted. */
  | { readonly kind: 'failed'; readonly error: MdmError<DimseErrorCode> };

/** The error for whoever waited for something on the association. */
export function endError(end: AssociationEnd): unknown {
  switch (end.kind) {
    case 'released':
      return dimseErrors.create('DIMSE_RELEASED');
    case 'rejected':
      return dimseErrors.create('DIMSE_REJECTED');
    case 'aborted-by-peer': {
      const context = { source: end.source, reason: end.reason };
      return dimseErrors.create('DIMSE_ABORTED', { context });
    }
    case 'aborted-by-us':
      return end.reason;
    case 'closed':
      return dimseErrors.create('DIMSE_CONNECTION_CLOSED', { cause: end.cause });
    case 'timed-out':
      return dimseErrors.create('DIMSE_TIMEOUT', {
        message: `waiting for ${end.waitingFor}`,
        context: { waitingFor: end.waitingFor },
      });
    case 'failed':
      return end.error;
    default:
      return unreachable(end);
  }
}
