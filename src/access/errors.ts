import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of the doors. */
export const accessErrors = defineErrors('access', {
  ACCESS_BODY_TOO_LONG: {
    disposition: 'permanent',
    meaning: 'A request body is longer than any meaningful one.',
    user: 'Split the request.',
    operator: 'See docs/limits.md.',
  },
  ACCESS_SRM_UNAUTHENTICATED: {
    disposition: 'permanent',
    meaning: 'An SRM call other than srmPing was made without an accepted client certificate.',
    user: 'Set X509_USER_CERT and X509_USER_KEY to a certificate of an authority that the site trusts, and unset X509_USER_PROXY: proxies are not accepted.',
    operator: 'Of somebody whom the site knows: `identity.refused` in the log says why.',
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
