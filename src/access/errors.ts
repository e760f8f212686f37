import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of the doors and of the listener in front of them. */
export const accessErrors = defineErrors('access', {
  ACCESS_INSECURE_ADDRESS: {
    disposition: 'permanent',
    meaning: 'Plain HTTP was asked for on an address that other machines can reach.',
    user: 'Nothing to do.',
    operator: 'Configure a TLS key and certificate, or listen on 127.0.0.1.',
  },
  ACCESS_ADDRESS_UNAVAILABLE: {
    disposition: 'transient',
    meaning: 'The address to listen on is taken, or is not one of this machine.',
    user: 'Nothing to do.',
    operator: 'Stop what listens there, or configure another address.',
  },
  ACCESS_TLS_UNUSABLE: {
    disposition: 'permanent',
    meaning: 'The TLS key or certificate cannot be used, or they do not belong together.',
    user: 'Nothing to do.',
    operator: 'Check both files: PEM, the certificate of that key, its intermediates after it.',
  },
  ACCESS_BODY_TOO_LONG: {
    disposition: 'permanent',
    meaning: 'A request body is longer than any meaningful one.',
    user: 'Split the request.',
    operator: 'See docs/limits.md.',
  },
  ACCESS_SOAP_MALFORMED: {
    disposition: 'permanent',
    meaning: 'A request is not a SOAP 1.1 envelope with one SRM v2.2 call in it.',
    user: 'Use an SRM v2.2 client, such as gfal2.',
    operator: 'Nothing to do, unless it comes from a known good client.',
  },
  ACCESS_SOAP_TOO_COMPLEX: {
    disposition: 'permanent',
    meaning: 'A SOAP request is nested deeper, or has more elements, than any meaningful one.',
    user: 'Split the request.',
    operator: 'See docs/limits.md.',
  },
  ACCESS_SRM_REQUEST_INVALID: {
    disposition: 'permanent',
    meaning: 'An SRM call lacks a parameter it must have, or has an unusable one.',
    user: 'Use an SRM v2.2 client, such as gfal2.',
    operator: 'Nothing to do, unless it comes from a known good client.',
  },
  ACCESS_SURL_INVALID: {
    disposition: 'permanent',
    meaning: 'A site URL is not of the form srm://host[:port]/path or ...?SFN=/path.',
    user: 'Use the full form: srm://host:port/srm/managerv2?SFN=/path.',
    operator: 'Nothing to do.',
  },
});

/** A code of the access table. */
export type AccessCode = keyof typeof accessErrors.rows;
