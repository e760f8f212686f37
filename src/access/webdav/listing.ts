import type { OutgoingHttpHeaders } from 'node:http';
import { type Call, headerOf } from './call.ts';
import { webdavLimits } from './limits.ts';
import { listingHtml, listingPolicy } from './listing-html.ts';
import { listingJson } from './listing-json.ts';

/** One page of a directory, for people or for programs. */
export async function sendListing(call: Call): Promise<void> {
  const { caller, exchange, files, target } = call;
  const page = await files.list(caller, target.path, {
    cursor: target.cursor,
    limit: webdavLimits.pageEntries,
    signal: exchange.signal,
  });
  const text = isJsonWanted(call) ? listingJson(target, page) : listingHtml(target, page);
  const length = Buffer.byteLength(text);
  exchange.response.writeHead(200, { ...listingHeaders(call), 'Content-Length': length });
  exchange.response.end(text);
}

/** Headers of a listing, without its length. */
export function listingHeaders(call: Call): OutgoingHttpHeaders {
  const type = isJsonWanted(call) ? 'application/json' : 'text/html; charset=utf-8';
  return {
    'Content-Type': type,
    'Cache-Control': 'private, no-store',
    'Content-Security-Policy': listingPolicy,
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept, Authorization',
  };
}

function isJsonWanted(call: Call): boolean {
  const accept = headerOf(call, 'accept') ?? '';
  return accept.includes('application/json') && !accept.includes('text/html');
}
