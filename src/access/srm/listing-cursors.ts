import type { Principal } from '../../identity/principal.ts';

/** A position in a directory as one caller sees it. */
export interface ListingPosition {
  readonly caller: Principal;
  readonly path: string;
  readonly offset: number;
}

/**
 * Remembers where listings stopped. SRM counts entries where `Files` gives cursors; without a
 * memory every page of a large directory would read all pages before it again. Forgetting one only
 * costs time.
 */
export interface ListingCursors {
  find(position: ListingPosition): string | undefined;
  remember(position: ListingPosition, cursor: string): void;
}

export function createListingCursors(max: number): ListingCursors {
  const known = new Map<string, string>();
  const keyOf = ({ caller, path, offset }: ListingPosition): string =>
    JSON.stringify([caller.subject, caller.groups, path, offset]);
  return {
    find: (position) => known.get(keyOf(position)),
    remember(position, cursor) {
      const key = keyOf(position);
      known.delete(key);
      known.set(key, cursor);
      const [oldest] = known.keys();
      if (known.size > max && oldest !== undefined) known.delete(oldest);
    },
  };
}
