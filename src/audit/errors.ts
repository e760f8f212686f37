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
      'Records that were durable are missing or changed; the service does not start on them.',
    user: 'Nothing to do.',
    operator: 'Keep the folder as evidence, find out why, and start with an empty one.',
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
