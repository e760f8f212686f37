import { defineErrors } from '../lib/errors/error-table.ts';

const peerBroken = 'Nothing; the other side broke the protocol.';

/** Failures of DICOM networking: `PDU_*` are bytes, `DIMSE_*` are messages and associations. */
export const dimseErrors = defineErrors('dimse', {
  PDU_LENGTH_INVALID: {
    disposition: 'permanent',
    meaning: 'A PDU or an item in it is shorter or longer than its layout.',
    user: peerBroken,
    operator: 'Capture the association and report it to the vendor of the peer.',
  },
  PDU_FIELD_INVALID: {
    disposition: 'permanent',
    meaning: 'A field of a PDU has a value outside its table.',
    user: peerBroken,
    operator: 'Capture the association and report it to the vendor of the peer.',
  },
  PDU_TOO_LONG: {
    disposition: 'permanent',
    meaning: 'A PDU announces more bytes than the limit; it was refused before it was read.',
    user: peerBroken,
    operator: 'If the peer is trusted, check what it sends: nothing legal needs such a PDU.',
  },
  DIMSE_COMMAND_INVALID: {
    disposition: 'permanent',
    meaning: 'A command set cannot be read or lacks a required element.',
    user: peerBroken,
    operator: 'Capture the association and report it to the vendor of the peer.',
  },
  DIMSE_COMMAND_TOO_LONG: {
    disposition: 'permanent',
    meaning: 'A command set is longer than the limit.',
    user: peerBroken,
    operator: 'Capture the association and report it to the vendor of the peer.',
  },
  DIMSE_IDENTIFIER_TOO_LONG: {
    disposition: 'permanent',
    meaning: 'An identifier (query or query answer) is longer than the limit.',
    user: 'Nothing to do; tell the site operator.',
    operator: 'Look at what the peer answers: no query of ours asks for so much.',
  },
  DIMSE_MESSAGE_UNEXPECTED: {
    disposition: 'permanent',
    meaning: 'A message came out of order: nobody asked for it or its data set is missing.',
    user: peerBroken,
    operator: 'Capture the association and report it to the vendor of the peer.',
  },
  DIMSE_CONTEXT_NOT_ACCEPTED: {
    disposition: 'permanent',
    meaning: 'The peer accepted no presentation context for the service asked for.',
    user: 'Nothing; the archive does not offer this service.',
    operator: 'Enable the SOP class at the peer, or configure another retrieve method.',
  },
  DIMSE_CONNECTION_FAILED: {
    disposition: 'transient',
    meaning: 'No transport connection could be made to the peer.',
    user: 'Try again in some minutes; if it stays, tell the site operator.',
    operator: 'Check host, port and firewalls on the way to the peer.',
  },
  DIMSE_ADDRESS_UNAVAILABLE: {
    disposition: 'permanent',
    meaning: 'The receiver cannot listen at its address and port.',
    user: 'Nothing to do.',
    operator:
      'The context names why. EADDRINUSE: another program has `receiver.port`; EADDRNOTAVAIL: `receiver.host` is no address of this machine; EACCES: ports below 1024 need a right.',
  },
  DIMSE_CONNECTION_CLOSED: {
    disposition: 'transient',
    meaning: 'The transport connection ended while an operation was under way.',
    user: 'Try again.',
    operator: 'Look at the log of the peer.',
  },
  DIMSE_REJECTED: {
    disposition: 'transient',
    meaning: 'The association was not accepted.',
    user: 'Try again in some minutes; if it stays, tell the site operator.',
    operator: 'Check the AE titles at both sides, and how many associations the peer allows.',
  },
  DIMSE_ABORTED: {
    disposition: 'transient',
    meaning: 'The peer aborted the association while an operation was under way.',
    user: 'Try again.',
    operator: 'Look at the log of the peer.',
  },
  DIMSE_RELEASED: {
    disposition: 'transient',
    meaning: 'The association was released while an operation was under way.',
    user: 'Try again.',
    operator: 'Look at the log of the peer.',
  },
  DIMSE_TIMEOUT: {
    disposition: 'transient',
    meaning: 'The peer did not answer, or did not go on, in time.',
    user: 'Try again in some minutes; if it stays, tell the site operator.',
    operator: 'Check the load of the peer and the network.',
  },
  DIMSE_STATUS_FAILURE: {
    disposition: 'permanent',
    meaning: 'The peer answered a request with a failure status.',
    user: 'Tell the site operator the status.',
    operator: 'Look up the status in the conformance statement of the peer.',
  },
});

/** The codes of `dimseErrors`. */
export type DimseErrorCode = keyof typeof dimseErrors.rows;
