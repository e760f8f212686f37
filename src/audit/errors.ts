import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of the audit record. */
export const auditErrors = defineErrors('audit', {
  AUDIT_UNAVAILABLE: {
    disposition: 'transient',
    meaning: 'The audit record cannot be written, so what was to be recorded is not allowed.',
    user: 'Tell the site operator: nothing is disclosed that cannot be recorded.',
    operator:
      'Check the disk that holds the audit record (`data`): full, read-only or failing. The service recovers by itself.',
  },
  AUDIT_OPEN_FAILED: {
    disposition: 'permanent',
    meaning: 'The folder of the audit record cannot be opened.',
    user: 'Nothing to do.',
    operator: 'Check that it exists and is writable by the service.',
  },
  AUDIT_DAMAGED: {
    disposition: 'permanent',
    meaning:
      'Records that were durable are missing or changed: the record is empty, cut, damaged, or an older one from a backup. The service does not start on it.',
    user: 'Nothing to do.',
    operator:
      'Find out why; `mdm audit verify` says what is missing. Keep a copy of the record as evidence. If it is a restore: `mdm audit accept --reason ...` (docs/operating/audit.md).',
  },
  AUDIT_GAP_TOO_WIDE: {
    disposition: 'permanent',
    meaning: 'The record is damaged in more places than a record can name.',
    user: 'Nothing to do.',
    operator:
      'Move the record away as evidence and leave an empty folder in its place; then `mdm audit accept` again: it names one gap.',
  },
  AUDIT_ANCHORS_DAMAGED: {
    disposition: 'permanent',
    meaning:
      'The file in which the ends of the records of others are kept is not as it was written.',
    user: 'Nothing to do.',
    operator:
      'Find out why; keep it as evidence and move it away: the others keep ours, and theirs come anew with their next answers (docs/operating/audit.md).',
  },
  AUDIT_FORMAT_NEWER: {
    disposition: 'permanent',
    meaning: 'The audit record was written by a newer release than this one.',
    user: 'Nothing to do.',
    operator: 'Start the newer release.',
  },
  AUDIT_EVENT_INVALID: {
    disposition: 'permanent',
    meaning: 'A field of an event is longer than a record may hold.',
    user: 'Use a shorter path or name.',
    operator: 'See docs/limits.md.',
  },
});
