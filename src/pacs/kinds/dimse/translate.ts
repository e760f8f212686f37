import { dicomErrors } from '../../../dicom/index.ts';
import {
  type AssociateOutcome,
  dimseErrors,
  formatStatus,
  statusMeaning,
} from '../../../dimse/index.ts';
import type { MdmError } from '../../../lib/errors/mdm-error.ts';
import type { Log } from '../../../lib/log.ts';
import { type PacsErrorCode, pacsErrors } from '../../errors.ts';
import { formatTransferSyntax } from '../../transfer-syntaxes.ts';

/** What was being done when something failed. */
export type Phase = 'PACS_QUERY_FAILED' | 'PACS_RETRIEVE_FAILED';

/**
 * The one translation of DIMSE failures into those of a PACS, and of an answer that is no data set
 * into a query that failed: others may be answered properly. What else there is passes unchanged.
 */
export function pacsError(cause: unknown, phase: Phase): unknown {
  if (pacsErrors.has(cause)) return cause;
  if (dicomErrors.has(cause) && phase === 'PACS_QUERY_FAILED') {
    return pacsErrors.create(phase, { cause, context: { reason: cause.code } });
  }
  if (!dimseErrors.has(cause)) return cause;
  const code = byCode[cause.code] ?? (isLasting(cause) ? refusedIn[phase] : phase);
  const { status } = cause.context;
  return pacsErrors.create(code, {
    cause,
    context: { reason: cause.code, ...cause.context },
    ...(typeof status === 'number' ? { message: formatStatus(status) } : {}),
  });
}

const byCode: Readonly<Partial<Record<string, PacsErrorCode>>> = {
  DIMSE_CONNECTION_FAILED: 'PACS_UNREACHABLE',
  DIMSE_TIMEOUT: 'PACS_TIMEOUT',
};

const refusedIn: Readonly<Record<Phase, PacsErrorCode>> = {
  PACS_QUERY_FAILED: 'PACS_QUERY_REFUSED',
  PACS_RETRIEVE_FAILED: 'PACS_RETRIEVE_REFUSED',
};

/** An answer that stays the same until somebody changes something at the PACS. */
function isLasting({ code, context }: MdmError): boolean {
  const { status } = context;
  return (
    code === 'DIMSE_CONTEXT_NOT_ACCEPTED' ||
    (typeof status === 'number' && !statusMeaning(status).isPassing)
  );
}

/** The error for an association that was not accepted. */
export function associateError(outcome: Exclude<AssociateOutcome, { kind: 'accepted' }>): Error {
  switch (outcome.kind) {
    case 'rejected': {
      const { result, source, reason } = outcome.rejection;
      const isTitle =
        result === 'rejected-permanent' && reason.endsWith('-ae-title-not-recognized');
      return pacsErrors.create(isTitle ? 'PACS_AE_TITLE_UNKNOWN' : 'PACS_REJECTED', {
        message: reason,
        context: { result, source, rejected: reason },
      });
    }
    case 'aborted': {
      const { source, reason } = outcome;
      return pacsErrors.create('PACS_REJECTED', {
        message: 'aborted',
        context: { source, rejected: reason },
      });
    }
    case 'timedOut':
      return outcome.waitingFor === 'connection'
        ? pacsErrors.create('PACS_UNREACHABLE', { message: 'no connection in time' })
        : pacsErrors.create('PACS_TIMEOUT', { message: 'no answer to the association request' });
  }
}

/** The error for a retrieve that ended with a failure status. */
export function retrieveError(status: number): Error {
  const { meaning, isPassing } = statusMeaning(status);
  const code = isPassing ? 'PACS_RETRIEVE_FAILED' : 'PACS_RETRIEVE_REFUSED';
  const message = `${formatStatus(status)}: ${meaning}`;
  return pacsErrors.create(code, { message, context: { status } });
}

/** The error for an instance that the PACS has in these transfer syntaxes only. */
export function transferSyntaxError(syntaxes: readonly string[], log: Log): Error {
  const transferSyntax = syntaxes.map(formatTransferSyntax).join(', ');
  log.warn('pacs.transfer_syntax', { transferSyntax });
  return pacsErrors.create('PACS_TRANSFER_SYNTAX', {
    message: transferSyntax,
    context: { transferSyntax },
  });
}

/**
 * Whether a failure says that the PACS is in trouble. A failure status is an answer, so it does
 * not, except where it says that resources are out (A7xxH); nor does an answer that is no data
 * set, nor what stays the same.
 */
export function isFailureOfPacs(error: unknown): boolean {
  if (!pacsErrors.has(error) || error.code === 'PACS_CIRCUIT_OPEN') return false;
  if (dicomErrors.has(error.cause) || error.disposition === 'permanent') return false;
  const { status } = error.context;
  return typeof status !== 'number' || (status & 0xff00) === 0xa700;
}
