import { normaliseWho } from '../../authz/index.ts';
import type { PolicyEntry } from '../../authz/policy.ts';
import type { FeedChange, FeedPolicy } from '../wire/feed-change.ts';
import { namesOf } from '../wire/place.ts';
import type { FeedState } from './feed-state.ts';

/** What of a branch that is given up is said again, and what of it is lost. */
export interface Repeated {
  readonly changes: readonly FeedChange[];
  /** What it gave somebody, one line each: to be given again by whoever may. */
  readonly lost: readonly string[];
}

/**
 * What took something from somebody goes on: destroyed, hidden, locked, held, banned, retired, and what
 * lists lost. What gave something is named and not said again: nobody knows whether it still should be.
 * @param parted what the feed said where the branch began
 * @param kept what the chain that goes on says
 */
export function repeatNarrowings(
  branch: readonly FeedChange[],
  { parted, kept }: { readonly parted: FeedState; readonly kept: FeedState },
): Repeated {
  const changes: FeedChange[] = [];
  const lost: string[] = [];
  const lists = new Map<string, FeedPolicy>();
  for (const change of branch) {
    switch (change.kind) {
      case 'policy':
        lists.set(change.policy.id, change.policy);
        break;
      case 'shown':
      case 'unlocked':
      case 'hold-lifted':
        lost.push(`${change.kind} ${namesOf(change.place).join('/')}`);
        break;
      case 'unbanned':
        lost.push(`unbanned ${change.who}`);
        break;
      case 'given-up':
        break;
      default:
        changes.push(change);
    }
  }
  for (const list of lists.values()) {
    const merged = mergeLists({ parted: parted.policy(list.id), kept: kept.policy(list.id), list });
    changes.push({ kind: 'policy', policy: merged.policy });
    lost.push(...merged.lost);
  }
  return { changes, lost };
}

function mergeLists(lists: {
  readonly parted: FeedPolicy | undefined;
  readonly kept: FeedPolicy | undefined;
  readonly list: FeedPolicy;
}): { readonly policy: FeedPolicy; readonly lost: readonly string[] } {
  const { parted, kept, list } = lists;
  const entries = (kept?.entries ?? []).flatMap((entry) =>
    narrowed(entry, { before: entryOf(parted, entry.who), after: entryOf(list, entry.who) }),
  );
  const policy = { ...list, version: Math.max(list.version, kept?.version ?? 0) + 1, entries };
  const lost = list.entries.flatMap(({ who, rights }) => {
    const has = entryOf(policy, who)?.rights ?? [];
    const gone = rights.filter((right) => !has.includes(right));
    return gone.length === 0 ? [] : [`${list.id}: ${who}: ${gone.join(', ')}`];
  });
  return { policy, lost };
}

/** An entry of the kept list without what the branch took of it; none if it took all. */
function narrowed(
  entry: PolicyEntry,
  { before, after }: Readonly<Record<'before' | 'after', PolicyEntry | undefined>>,
): readonly PolicyEntry[] {
  if (before === undefined) return [entry];
  if (after === undefined) return [];
  const rights = entry.rights.filter(
    (right) => !before.rights.includes(right) || after.rights.includes(right),
  );
  const { expiresMs } = after;
  const ends = Math.min(entry.expiresMs ?? Infinity, expiresMs ?? Infinity);
  if (rights.length === 0) return [];
  return [{ who: entry.who, rights, ...(Number.isFinite(ends) ? { expiresMs: ends } : {}) }];
}

function entryOf(policy: FeedPolicy | undefined, who: string): PolicyEntry | undefined {
  return policy?.entries.find((entry) => normaliseWho(entry.who) === normaliseWho(who));
}
