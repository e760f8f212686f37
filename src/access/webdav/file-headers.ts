import type { OutgoingHttpHeaders } from 'node:http';
import type { FileStat, OpenFile } from '../../files/files.ts';
import type { Call } from './call.ts';
import { headerOf } from './call.ts';
import { digestHeaders } from './digest.ts';
import { formatHttpDate } from './http-date.ts';

/** The headers of a file that do not depend on the part sent. Content-Length is the caller's. */
export function fileHeaders(call: Call, stat: FileStat): OutgoingHttpHeaders {
  return {
    'Content-Type': stat.contentType,
    'Content-Disposition': `attachment; filename="${stat.name.replaceAll(/[^!#-[\]-~]/g, '_')}"`,
    'Last-Modified': formatHttpDate(stat.modifiedMs),
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    ...(stat.etag === undefined ? {} : { ETag: stat.etag }),
    ...digestHeaders(stat.digests, {
      wantDigest: headerOf(call, 'want-digest'),
      wantReprDigest: headerOf(call, 'want-repr-digest'),
    }),
  };
}

/** Which key opens the sealed form that is sent, for clients that ask the key servers themselves. */
export function keyHeaders({ key }: OpenFile): OutgoingHttpHeaders {
  if (key === undefined) return {};
  const publicKey = Buffer.from(key.recipientPublicKey).toString('base64url');
  return { 'Mdm-Key-Id': key.keyId, 'Mdm-Recipient-Public-Key': publicKey };
}
