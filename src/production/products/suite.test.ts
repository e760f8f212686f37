import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFileName } from '../../client/tree/entry-name.ts';
import type { RefusedStack } from '../../volume/index.ts';
import { samplePlan, sampleRefused, sampleStack } from '../../volume/suite.ts';
import { isSizedByShape, productNamed, products } from './index.ts';

test('each product has a name of its own, and files that clients take', () => {
  assert.equal(new Set(products.map(({ name }) => name)).size, products.length);
  for (const { name, of, mediaType } of products) {
    const stem = of === 'instance' ? 'i-0123456789abcdef' : 'v-0123456789abcdef';
    assert.ok(isFileName(`${stem}.${name}`), name);
    if (of === 'stack') assert.ok(isFileName(`${stem}_e2_imaginary_ADC.${name}`), name);
    assert.match(mediaType, /^[a-z]+\/[a-z0-9.+-]+$/);
    assert.equal(productNamed(name).name, name);
  }
});

test('what a text says of a stack that is no volume does not depend on the order of its slices', () => {
  const stack = sampleRefused('VOLUME_UNEVEN_SPACING');
  const textsOf = (refused: RefusedStack): readonly (string | undefined)[] =>
    products.map((product) =>
      product.of === 'stack' && product.voxels === 'none'
        ? product.textOfRefused?.(refused)
        : undefined,
    );
  const texts = textsOf(stack);
  assert.deepEqual(texts, textsOf({ ...stack, slices: stack.slices.toReversed() }));
  assert.ok(texts.some((text) => text?.includes('VOLUME_UNEVEN_SPACING')));
});

for (const product of products) {
  if (product.of !== 'stack') continue;
  const make = (): Uint8Array | string =>
    product.voxels === 'none' ? product.text(sampleStack()) : product.head(samplePlan());
  test(`${product.name}: the same stack gives the same bytes, and a receipt says how it is made`, () => {
    assert.deepEqual(make(), make());
    assert.ok(make().length > 0);
    assert.ok(product.recipe.length > 0);
    assert.equal(isSizedByShape(product.name), product.voxels === 'plain');
  });
}
