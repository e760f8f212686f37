import { defineErrors } from '../../lib/errors/error-table.ts';

/** Failures of the clinical index. */
export const indexErrors = defineErrors('pacs/index', {
  INDEX_NAME_COLLISION: {
    disposition: 'permanent',
    meaning: 'Two different things of a collection came to the same pseudonym.',
    user: 'Nothing to do.',
    operator: 'Make the collection again under a new key; this is expected once in 10^12 names.',
  },
  INDEX_RECORD_INVALID: {
    disposition: 'permanent',
    meaning:
      'A query answer lacks what a series is known by, holds an invalid UID, or a Patient ID or issuer with control characters or more than 64 characters.',
    user: 'Nothing to do.',
    operator: 'Correct the study at the PACS; it is left out until then.',
  },
});
