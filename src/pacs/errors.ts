import { defineErrors } from '../lib/errors/error-table.ts';
import type { MdmError } from '../lib/errors/mdm-error.ts';

/** Failures of talking to a PACS. */
export const pacsErrors = defineErrors('pacs', {
  PACS_UNREACHABLE: {
    disposition: 'transient',
    meaning: 'No connection to the PACS could be made.',
    user: 'Try again later.',
    operator: 'Check that the PACS is up, and host, port, firewall and TLS settings.',
  },
  PACS_REJECTED: {
    disposition: 'transient',
    meaning: 'The PACS refused the association.',
    user: 'Try again later.',
    operator: 'Check the AE titles at both sides, and how many associations the PACS allows.',
  },
  PACS_TIMEOUT: {
    disposition: 'transient',
    meaning: 'The PACS did not answer, or did not go on, in time.',
    user: 'Try again later.',
    operator: 'Check the load of the PACS and the network.',
  },
  PACS_QUERY_FAILED: {
    disposition: 'transient',
    meaning: 'The PACS could not answer a query.',
    user: 'Try again later.',
    operator: 'The cause names the status or the protocol error; look at the log of the PACS.',
  },
  PACS_QUERY_TOO_LARGE: {
    disposition: 'permanent',
    meaning: 'A query has more answers than the limit.',
    user: 'Nothing to do.',
    operator: 'Narrow the query, for example by study date.',
  },
  PACS_RETRIEVE_FAILED: {
    disposition: 'transient',
    meaning: 'The PACS could not send the instances asked for.',
    user: 'Try again later.',
    operator: 'The cause names the status or the protocol error; look at the log of the PACS.',
  },
  PACS_NO_METHOD: {
    disposition: 'permanent',
    meaning: 'The PACS offers no retrieve method that is configured here.',
    user: 'Nothing to do.',
    operator: 'Enable C-GET at the PACS, or configure C-MOVE with a receiver.',
  },
  PACS_CIRCUIT_OPEN: {
    disposition: 'transient',
    meaning: 'The PACS failed several times in a row and is left alone for a while.',
    user: 'Try again later.',
    operator: 'The status of the guard says until when; look at the failures before.',
  },
  PACS_BUSY: {
    disposition: 'transient',
    meaning: 'Too many operations wait for the PACS.',
    user: 'Try again later.',
    operator: 'Raise the cap of associations if the PACS allows it, or lower the demand.',
  },
});

/** The codes of `pacsErrors`. */
export type PacsErrorCode = keyof typeof pacsErrors.rows;

/** Whether a PACS answered a query with a failure: it may answer others. */
export function isQueryFailure(error: unknown): error is MdmError {
  return pacsErrors.has(error) && error.code === 'PACS_QUERY_FAILED';
}
