import { unreachable } from '../lib/assert.ts';
import { applyAnnouncement } from './apply-announcement.ts';
import { applyConflict, applyHiding, applyWithdrawal } from './apply-departure.ts';
import type { CatalogChange, CollectionOffer } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { notePlace } from './note-place.ts';
import { ensureNode, setHidden } from './tree.ts';

/** What applying a change needs beside its transaction. */
export type ApplyContext = Pick<CatalogContext, 'clock' | 'random' | 'products'>;

/**
 * Apply one checked change of the clinical index; again changes nothing.
 * @throws CATALOG_CHANGE_INVALID, CATALOG_NAME_CONFLICT of an announcement
 */
export async function applyChange(
  session: Session,
  change: CatalogChange,
  context: ApplyContext,
): Promise<void> {
  const nowMs = context.clock.nowMs();
  switch (change.kind) {
    case 'collection':
      return applyOffer(session, change.offer, nowMs);
    case 'collection-hidden':
      return hideCollection(session, change, nowMs);
    case 'series':
      return applyAnnouncement(session, change.series, context);
    case 'series-hidden':
      return applyHiding(session, change.place, nowMs);
    case 'series-conflict':
      return applyConflict(session, change.place);
    case 'series-withdrawn':
      return applyWithdrawal(session, { ...change, nowMs });
    case 'series-reassigned':
      await applyWithdrawal(session, { place: change.from, reason: 'reassigned', nowMs });
      return applyAnnouncement(session, change.series, context);
    default:
      return unreachable(change);
  }
}

async function applyOffer(session: Session, offer: CollectionOffer, nowMs: number): Promise<void> {
  const root = await ensureNode(session, { kind: 'root', name: '', parent: undefined, nowMs });
  const site = await ensureNode(session, { kind: 'site', name: offer.site, parent: root, nowMs });
  const { name } = offer;
  const node = await ensureNode(session, { kind: 'collection', name, parent: site, nowMs });
  await setHidden(session, node.id, { hidden: false, nowMs });
  // Also where a lock further up was there before it.
  await notePlace(session, node);
  const offered = {
    delivery: offer.delivery,
    formats: offer.formats.join(','),
  };
  await session
    .insertInto('collection')
    .values({ node_id: node.id, site: offer.site, name, ...offered })
    .onConflict((conflict) => conflict.columns(['site', 'name']).doUpdateSet(offered))
    .execute();
}

async function hideCollection(
  session: Session,
  { site, collection }: { readonly site: string; readonly collection: string },
  nowMs: number,
): Promise<void> {
  const known = await session
    .selectFrom('collection')
    .innerJoin('node', 'node.id', 'node_id')
    .select(['node_id', 'path'])
    .where('site', '=', site)
    .where('collection.name', '=', collection)
    .executeTakeFirst();
  if (known === undefined) return;
  await setHidden(session, known.node_id, { hidden: true, nowMs });
  await notePlace(session, known);
}
