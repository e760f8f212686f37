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
  PACS_RETRIEVE_REFUSED: {
    disposition: 'permanent',
    meaning: 'The PACS refused a retrieve with a status that another try does not change.',
    user: 'Nothing to do; tell the site operator.',
    operator:
      'The context names the DIMSE status. A801H: enter `receiver.aeTitle` at the PACS as a destination; 0124H, 0122H: allow our AE title to retrieve.',
  },
  PACS_QUERY_REFUSED: {
    disposition: 'permanent',
    meaning: 'The PACS refused a query with a status that another try does not change.',
    user: 'Nothing to do; tell the site operator.',
    operator:
      'The context names the DIMSE status. 0124H, 0122H: allow our AE title to query; A900H: the PACS does not support the keys asked for.',
  },
  PACS_TRANSFER_SYNTAX: {
    disposition: 'permanent',
    meaning:
      'The PACS holds the instance in a transfer syntax that is not taken here and sends it in no other.',
    user: 'Nothing to do; another try gives the same.',
    operator:
      'The context names the transfer syntax. Have the PACS convert what it sends to our AE title, for example to Explicit VR Little Endian.',
  },
  PACS_INSTANCE_WRONG: {
    disposition: 'permanent',
    meaning:
      'The PACS sent an instance whose data set is not the one that its message names, or is of another class or series than the PACS lists.',
    user: 'Nothing to do; tell the site operator.',
    operator:
      'The context names what differs, the log event `pacs.instances_refused` how many. Repair the object in the PACS.',
  },
  PACS_CONTENT_CONFLICT: {
    disposition: 'permanent',
    meaning: 'The PACS sent two different contents under one SOP Instance UID in one retrieve.',
    user: 'Nothing to do; tell the site operator.',
    operator: 'Find out at the PACS which of the two is right, and delete the other.',
  },
  PACS_ORIGINATOR_MISSING: {
    disposition: 'permanent',
    meaning:
      'The PACS sent what a C-MOVE asked for without saying so: its C-STORE requests name no Move Originator.',
    user: 'Nothing to do; tell the site operator.',
    operator: 'Set `pacs[].moveOriginator: absent` for this PACS.',
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
  return (
    pacsErrors.has(error) &&
    (error.code === 'PACS_QUERY_FAILED' || error.code === 'PACS_QUERY_REFUSED')
  );
}
