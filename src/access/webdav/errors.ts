import { defineErrors } from '../../lib/errors/error-table.ts';

/** Failures of the HTTPS and WebDAV door itself. */
export const webdavErrors = defineErrors('access/webdav', {
  WEBDAV_UNAUTHENTICATED: {
    disposition: 'permanent',
    meaning: 'The request does not say who asks.',
    user: 'Send `Authorization: Bearer <token>`, or connect with a client certificate and its key (not a proxy).',
    operator: 'Nothing to do.',
  },
  WEBDAV_CREDENTIAL_REFUSED: {
    disposition: 'permanent',
    meaning: 'The credential shown is not accepted.',
    user: 'The reason says what is wrong with it (docs/errors.md); ask the site operator if it should be accepted, with the request id.',
    operator: 'Look the request id up in the log: `identity.refused` says why.',
  },
  WEBDAV_METHOD_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'The method does not exist here.',
    user: 'Use GET, HEAD, PROPFIND or OPTIONS.',
    operator: 'Nothing to do.',
  },
  WEBDAV_COPY_UNSUPPORTED: {
    disposition: 'permanent',
    meaning: 'This door does not copy to or from other servers.',
    user: 'Let the other side pull with GET, or stream through the client.',
    operator: 'Nothing to do.',
  },
  WEBDAV_TARGET_TOO_LONG: {
    disposition: 'permanent',
    meaning: 'The URL is longer than that of anything that can exist here.',
    user: 'Use a path as the listing shows it.',
    operator: 'Nothing to do.',
  },
  WEBDAV_DEPTH_INVALID: {
    disposition: 'permanent',
    meaning: 'The Depth header is none of 0, 1 and infinity.',
    user: 'Send `Depth: 0` or `Depth: 1`.',
    operator: 'Nothing to do, unless it comes from a known good client.',
  },
  WEBDAV_DEPTH_INFINITE: {
    disposition: 'permanent',
    meaning: 'PROPFIND answers for a depth of 0 or 1 only; no Depth header means infinity.',
    user: 'Send `Depth: 1` and walk the tree.',
    operator: 'Nothing to do.',
  },
  WEBDAV_BODY_INVALID: {
    disposition: 'permanent',
    meaning: 'The request body is not the XML that PROPFIND expects.',
    user: 'Send an empty body, or a DAV: propfind element without a document type.',
    operator: 'Nothing to do, unless it comes from a known good client.',
  },
  WEBDAV_BODY_TOO_LARGE: {
    disposition: 'permanent',
    meaning: 'The request body is larger, or has more in it, than any meaningful one.',
    user: 'Ask for fewer properties.',
    operator: 'See docs/limits.md.',
  },
  WEBDAV_PRECONDITION_FAILED: {
    disposition: 'permanent',
    meaning: 'The file is not the version that the request names in If-Match.',
    user: 'Read its current ETag (HEAD) and ask with that, or without If-Match.',
    operator: 'Nothing to do.',
  },
  WEBDAV_LENGTH_MISMATCH: {
    disposition: 'permanent',
    meaning: 'The bytes that came are not as many as were announced; the connection was cut.',
    user: 'Tell the site operator the request id: another try may be cut in the same way.',
    operator: 'Look the request id up in the log; this is worth a bug report.',
  },
  WEBDAV_VERSION_CHANGED: {
    disposition: 'transient',
    meaning: 'The file got a new version between two parts of one answer; the connection was cut.',
    user: 'Try again.',
    operator: 'Nothing to do.',
  },
  WEBDAV_FAILED: {
    disposition: 'transient',
    meaning: 'The request failed for a reason of our own.',
    user: 'Try again once; if it fails again, tell the site operator the request id.',
    operator: 'Look the request id up in the log: `webdav.failed`; this is worth a bug report.',
  },
});

/** A code of the door's own table. */
export type WebdavCode = keyof typeof webdavErrors.rows;
