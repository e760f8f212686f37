import { defineErrors } from '../../lib/errors/error-table.ts';

/** Failures of the API's own. */
export const apiErrors = defineErrors('access/api', {
  API_PARAMETER_INVALID: {
    disposition: 'permanent',
    meaning: 'A parameter of the call is absent or unusable; the message names it.',
    user: 'Correct what the message names; `mdm help` with the name of the command shows what it takes. Else client and gateway may be of different releases.',
    operator: 'Nothing to do.',
  },
  API_OPERATION_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'The API has no such operation, or not with this HTTP method.',
    user: 'Client and gateway may be of different versions.',
    operator: 'Nothing to do.',
  },
  API_UNAUTHENTICATED: {
    disposition: 'permanent',
    meaning: 'The call shows no credential, or one that was not accepted.',
    user: 'Set a token (BEARER_TOKEN, BEARER_TOKEN_FILE or `tokenFile`), or `certificate` and `key`: docs/client.md.',
    operator:
      'Look the request id up in the log: `identity.refused` says why one was not accepted.',
  },
  API_FAILED: {
    disposition: 'transient',
    meaning: 'The call failed for a reason of the gateway.',
    user: 'Try again once; if it fails again, tell the site operator the request id.',
    operator: 'Look the request id up in the log: `api.failed`; this is worth a bug report.',
  },
});
