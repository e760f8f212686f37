import { defineErrors } from '../../lib/errors/error-table.ts';

/** Failures of the clinical index. */
export const indexErrors = defineErrors('pacs/index', {
  INDEX_NAME_COLLISION: {
    disposition: 'permanent',
    meaning: 'Two different things of a collection came to the same pseudonym.',
    user: 'Nothing to do.',
    operator: 'Make the collection again under a new key; this is expected once in 10^12 names.',
  },
  INDEX_VERSION_STATED: {
    disposition: 'permanent',
    meaning: 'The number of a version that is about to be stated was taken before.',
    user: 'Get the file again.',
    operator: 'Two gateways use one clinical index, which never may be: stop one of them.',
  },
  INDEX_NAME_WITHDRAWN: {
    disposition: 'permanent',
    meaning:
      'A series came back to a patient from whom it was withdrawn; a withdrawn name is never given again.',
    user: 'Nothing to do.',
    operator:
      'Find out which patient is right. It can be shown again in a collection of another name, which has other pseudonyms.',
  },
  INDEX_HOLDINGS_DISAGREE: {
    disposition: 'permanent',
    meaning:
      'Two archives hold one series under different Patient IDs, or under different issuers.',
    user: 'Nothing to do.',
    operator:
      'Correct the Patient ID at the archive that is wrong; the next walk serves the series again.',
  },
  INDEX_RECORD_DAMAGED: {
    disposition: 'permanent',
    meaning: 'A record of the clinical index cannot be read with the hospital key.',
    user: 'Nothing to do.',
    operator: 'Restore the index and its key from one backup; check the disk.',
  },
  INDEX_ANNOUNCEMENT_FAILED: {
    disposition: 'permanent',
    meaning: 'A series could not be announced, for a reason that has no code.',
    user: 'Nothing to do.',
    operator: 'Report it with the entry of the log that names this code.',
  },
  INDEX_RECORD_INVALID: {
    disposition: 'permanent',
    meaning:
      'A query answer lacks what a series is known by, holds an invalid UID, or a Patient ID or issuer with control characters or more than 64 characters.',
    user: 'Nothing to do.',
    operator: 'Correct the study at the PACS; it is left out until then.',
  },
});
