import { defineErrors } from '../lib/errors/error-table.ts';
import type { MdmError } from '../lib/errors/mdm-error.ts';

/** Failures of talking to a PACS. */
export const pacsErrors = defineErrors('pacs', {
  PACS_UNREACHABLE: {
    disposition: 'transient',
    meaning: 'No connection to the PACS could be made.',
    user: 'Try again in some minutes; if it stays, tell the site operator.',
    operator: 'Check that the PACS is up, `pacs[].host` and `pacs[].port`, and firewalls between.',
  },
  PACS_REJECTED: {
    disposition: 'transient',
    meaning: 'The PACS refused the association.',
    user: 'Try again in some minutes; if it stays, tell the site operator.',
    operator:
      'The context has result, source and reason as the PACS gave them: often it allows fewer associations than `pacs[].associationsMax`, or calls from other addresses only.',
  },
  PACS_AE_TITLE_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'The PACS refused the association: an AE title is not one that it knows.',
    user: 'Nothing to do; tell the site operator the reason.',
    operator:
      'The context says which. The calling one is ours: enter `pacs[].callingAeTitle` at the PACS. The called one is its own: correct `pacs[].aeTitle`.',
  },
  PACS_TIMEOUT: {
    disposition: 'transient',
    meaning: 'The PACS did not answer, or did not go on, in time.',
    user: 'Try again in some minutes; if it stays, tell the site operator.',
    operator:
      'Check the load of the PACS and the network; after several failures it is left alone for a while (`mdm status`).',
  },
  PACS_QUERY_FAILED: {
    disposition: 'transient',
    meaning: 'The PACS could not answer a query.',
    user: 'Try again once; if it stays, tell the site operator.',
    operator:
      'The reason or the DIMSE status in the log says what failed; look at that time in the log of the PACS.',
  },
  PACS_QUERY_TOO_LARGE: {
    disposition: 'permanent',
    meaning: 'A query has more answers than the limit, or larger ones.',
    user: 'Nothing to do; tell the site operator.',
    operator:
      '`mdm status` counts what was left out for it. Bounds are in docs/limits.md; they are not settings.',
  },
  PACS_RETRIEVE_FAILED: {
    disposition: 'transient',
    meaning: 'The PACS could not send the instances asked for.',
    user: 'Try again once; if it stays, tell the site operator.',
    operator:
      'The reason or the DIMSE status in the log says what failed; look at that time in the log of the PACS.',
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
      'The PACS sent an instance whose data set cannot be read, is not the one that its message names, or is of another class or series than the PACS lists.',
    user: 'Nothing to do; tell the site operator.',
    operator:
      'The context names what differs (`unreadable`: it breaks its encoding), the log event `pacs.instances_refused` how many. Repair the object in the PACS.',
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
    user: 'Nothing to do; tell the site operator.',
    operator:
      'Enable C-GET at the PACS; or configure `receiver`, enter it at the PACS as a destination, and set `pacs[].retrieve` to `auto` or `C-MOVE`.',
  },
  PACS_CIRCUIT_OPEN: {
    disposition: 'transient',
    meaning: 'The PACS failed several times in a row and is left alone for a while.',
    user: 'Try again in some minutes; if it stays, tell the site operator.',
    operator:
      '`mdm status` shows the circuit of the PACS, the log the failures before: mend those; it is tried again by itself.',
  },
  PACS_BUSY: {
    disposition: 'transient',
    meaning: 'Too many operations wait for the PACS.',
    user: 'Try again in some minutes.',
    operator:
      'Raise `pacs[].associationsMax` if the PACS allows it; `mdm status` shows how many wait.',
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
