import { assert } from '../lib/assert.ts';
import { addFiles } from './add-files.ts';
import type { ProvenStack, SeriesId } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { aliasStem, stackProducts } from './file-rows.ts';

/** What a pass found a series to hold. */
interface Proof {
  readonly series: SeriesId;
  readonly stacks: readonly ProvenStack[];
}

type Context = Pick<CatalogContext, 'clock' | 'random' | 'products'>;

/** `v-<H>` and the suffixes of a kind: lower case but for those that the field writes otherwise. */
const stackName = /^v-[0-9a-z]{1,32}(?:_[a-zA-Z0-9]{1,16}){0,8}$/;

/** Enter the stacks of a series, their files, and what is not of it any more. */
export async function proveStacks(tx: Session, proof: Proof, context: Context): Promise<void> {
  const { series, stacks } = proof;
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
  const ids = await enterStacks(tx, proof);
  await removeGone(tx, series, context.clock.nowMs());
  const [only, another] = stacks;
  if (only !== undefined && another === undefined) {
    await adoptAliases(tx, { stack: only, stackId: ids.get(only.name) ?? 0, series }, context);
  }
  for (const { name, products } of stacks) {
    const files = products.map((product) => ({ name: `${name}.${product}`, product }));
    await addFiles(tx, { seriesId: series, stackId: ids.get(name) ?? null, files }, context);
  }
  const aliases = stackProducts(context.products).map((product) => ({
    name: `${aliasStem}${product}`,
    product,
  }));
  await addFiles(tx, { seriesId: series, stackId: null, files: aliases }, context);
}

/** The stacks' rows by name; what is not among them is gone. */
async function enterStacks(
  tx: Session,
  { series, stacks }: Proof,
): Promise<ReadonlyMap<string, number>> {
  await tx.updateTable('stack').set({ gone: 1 }).where('series_id', '=', series).execute();
  for (const { name } of stacks) {
    await tx
      .insertInto('stack')
      .values({ series_id: series, name, gone: 0 })
      .onConflict((conflict) => conflict.columns(['series_id', 'name']).doUpdateSet({ gone: 0 }))
      .execute();
  }
  const rows = await tx
    .selectFrom('stack')
    .select(['id', 'name'])
    .where('series_id', '=', series)
    .where('gone', '=', 0)
    .execute();
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** Files of stacks that are not there are gone, those of stacks that are there again are announced. */
async function removeGone(tx: Session, series: SeriesId, nowMs: number): Promise<void> {
  await tx
    .updateTable('replica')
    .set({ retired: 1, last_read_ms: 0 })
    .where('file_id', 'in', (files) =>
      files
        .selectFrom('file')
        .innerJoin('stack', 'stack.id', 'file.stack_id')
        .select('file.id')
        .where('file.series_id', '=', series)
        .where('gone', '=', 1),
    )
    .execute();
  for (const gone of [1, 0]) {
    await tx
      .updateTable('file')
      .set({ state: gone === 1 ? 'gone' : 'announced', version_id: null, modified_ms: nowMs })
      .where('series_id', '=', series)
      .where('state', gone === 1 ? '<>' : '=', 'gone')
      .where('stack_id', 'in', (stacks) =>
        stacks
          .selectFrom('stack')
          .select('stack.id')
          .where('stack.series_id', '=', series)
          .where('gone', '=', gone),
      )
      .execute();
  }
}

/** What readers asked for as the series' one volume becomes that volume, under the id that they hold. */
async function adoptAliases(
  tx: Session,
  adopted: {
    readonly series: SeriesId;
    readonly stack: ProvenStack;
    readonly stackId: number;
  },
  { clock }: Context,
): Promise<void> {
  const { series, stack, stackId } = adopted;
  const there = await tx
    .selectFrom('file')
    .select('product')
    .where('stack_id', '=', stackId)
    .execute();
  const missing = stack.products.filter((name) => !there.some(({ product }) => product === name));
  for (const product of missing) {
    await tx
      .updateTable('file')
      .set({ name: `${stack.name}.${product}`, stack_id: stackId, modified_ms: clock.nowMs() })
      .where('series_id', '=', series)
      .where('name', '=', `${aliasStem}${product}`)
      .execute();
  }
}
