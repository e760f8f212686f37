import { sql } from 'kysely';
import { assert } from '../lib/assert.ts';
import { addAliases, addFiles } from './add-files.ts';
import type { ProvenStack, SeriesId } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { aliasStem, productsOf } from './file-rows.ts';
import { noteLockedFiles } from './note-place.ts';
import { type StackForms, type StackRow, stackChanges } from './stack-changes.ts';
import { announceAnew, isOneOf, removeFiles } from './turn-files.ts';

type Context = Pick<CatalogContext, 'clock' | 'random' | 'products' | 'edition'>;

/** `v-<H>` and the suffixes of a kind: lower case but for those that the field writes otherwise. */
const stackName = /^v-[0-9a-z]{1,32}(?:_[a-zA-Z0-9]{1,16}){0,8}$/;

/** What a pass found a series to hold. */
export interface Proof {
  readonly series: SeriesId;
  readonly stacks: readonly ProvenStack[];
}

/** Enter the stacks of a series, their files, and what is not of it any more. */
export async function proveStacks(tx: Session, proof: Proof, context: Context): Promise<void> {
  const { series } = proof;
  const stacks = proof.stacks.map((stack) => formsOf(stack, context));
  assert(
    stacks.every(({ name }) => stackName.test(name)),
    'a stack has a name of the tree',
  );
  const known = await tx
    .selectFrom('series')
    .select('id')
    .where('id', '=', series)
    .where('node_id', 'is not', null)
    .executeTakeFirst();
  if (known === undefined) return;
  const changes = stackChanges(await rowsOf(tx, series), stacks);
  if (changes === undefined) return;
  const nowMs = context.clock.nowMs();
  await noteLockedFiles(tx, series);
  await enterStacks(tx, proof, context);
  await removeFiles(tx, changes.gone, nowMs);
  await announceAnew(tx, changes.anew, nowMs);
  await renewAliases(tx, series, nowMs);
  const [only, another] = stacks;
  if (only !== undefined && another === undefined) {
    await adoptAliases(tx, { series, stack: only, nowMs });
  }
  const files = stacks.flatMap(({ name, products, unmade }) =>
    [...products, ...unmade].map((product) => ({
      name: `${name}.${product}`,
      product,
      stack: name,
    })),
  );
  await addFiles(tx, { seriesId: series, files }, context);
  await markUnmade(tx, series, stacks);
  await addAliases(tx, series, context);
  await noteLockedFiles(tx, series);
}

/** All forms of a stack that is refused answer: with what says why, or with the code. */
function formsOf({ name, products, state }: ProvenStack, context: Context): StackForms {
  const all = state === 'refused' ? productsOf(context.products, 'stack') : [];
  const unmade = all.filter((product) => !products.includes(product));
  return { name, isPending: state === 'pending', products, unmade };
}

async function markUnmade(
  tx: Session,
  series: SeriesId,
  stacks: readonly StackForms[],
): Promise<void> {
  const names = stacks.flatMap(({ name, unmade }) => unmade.map((product) => `${name}.${product}`));
  const pending = stacks.flatMap(({ name, isPending }) => (isPending ? [name] : []));
  await sql`
    UPDATE file SET unmade = name IN (SELECT value FROM json_each(${JSON.stringify(names)}))
    WHERE series_id = ${series} AND stack_id IS NOT NULL AND stack_id NOT IN (
      SELECT id FROM stack WHERE series_id = ${series}
        AND name IN (SELECT value FROM json_each(${JSON.stringify(pending)})))`.execute(tx);
}

async function rowsOf(tx: Session, series: SeriesId): Promise<readonly StackRow[]> {
  return tx
    .selectFrom('stack')
    .leftJoin('file', 'file.stack_id', 'stack.id')
    .select(['stack.name', 'stack.gone', 'file.id as fileId'])
    .select(['file.product', 'file.state', 'file.unmade'])
    .where('stack.series_id', '=', series)
    .execute();
}

/** What is not among them is gone. */
async function enterStacks(
  tx: Session,
  { series, stacks }: Proof,
  { edition }: Context,
): Promise<void> {
  await tx.updateTable('stack').set({ gone: 1 }).where('series_id', '=', series).execute();
  await sql`
    INSERT INTO stack (series_id, name, gone, edition)
    SELECT ${series}, value, 0, ${edition} FROM json_each(${JSON.stringify(stacks.map(({ name }) => name))})
    WHERE true
    ON CONFLICT (series_id, name) DO UPDATE SET gone = 0, edition = ${edition}`.execute(tx);
}

/** What stands for the one volume was made of other stacks, or refused for them. */
async function renewAliases(tx: Session, series: SeriesId, nowMs: number): Promise<void> {
  const aliases = await tx
    .selectFrom('file')
    .select('id')
    .where('series_id', '=', series)
    .where('name', 'like', `${aliasStem}%`)
    .execute();
  await announceAnew(
    tx,
    aliases.map(({ id }) => id),
    nowMs,
  );
}

/** What readers asked for as the series' one volume becomes that volume, under the id that they hold. */
async function adoptAliases(
  tx: Session,
  adopted: { readonly series: SeriesId; readonly stack: StackForms; readonly nowMs: number },
): Promise<void> {
  const { series, stack, nowMs } = adopted;
  const { id: stackId } = await tx
    .selectFrom('stack')
    .select('id')
    .where('series_id', '=', series)
    .where('name', '=', stack.name)
    .executeTakeFirstOrThrow();
  const there = await tx
    .selectFrom('file')
    .select('product')
    .where('stack_id', '=', stackId)
    .execute();
  const forms = [...stack.products, ...stack.unmade];
  const missing = forms.filter((name) => !there.some(({ product }) => product === name));
  await tx
    .updateTable('file')
    .set({ name: sql`${stack.name} || '.' || product`, stack_id: stackId, modified_ms: nowMs })
    .where('series_id', '=', series)
    .where(
      isOneOf(
        'name',
        missing.map((product) => `${aliasStem}${product}`),
      ),
    )
    .execute();
}
