import type { FilePage } from '../../files/files.ts';
import type { RequestTarget } from './request-target.ts';

/** A page of a directory as JSON. `size` is null while unknown; `next` is null at the end. */
export function listingJson({ path }: RequestTarget, page: FilePage): string {
  const entries = page.entries.map((entry) => ({
    name: entry.name,
    kind: entry.kind,
    size: entry.kind === 'directory' ? null : (entry.size ?? null),
    etag: entry.etag ?? null,
    modified: new Date(entry.modifiedMs).toISOString(),
    locality: entry.locality,
    refusal: entry.refusal ?? null,
  }));
  return `${JSON.stringify({ path, entries, next: page.next ?? null })}\n`;
}
