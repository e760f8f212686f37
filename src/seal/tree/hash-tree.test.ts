import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { toHex, utf8 } from '../../lib/bytes/bytes.ts';
import { besides, pathOf, rootFrom, rootFromRange, rootOf, TreeRoot } from './hash-tree.ts';

const leaf = (bytes: Uint8Array): Uint8Array =>
  hash('sha256', Uint8Array.from([0, ...bytes]), 'buffer');

/** The test data of the transparency log's reference implementation, in hex. */
const inputs = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => leaf(Uint8Array.from(Buffer.from(hex, 'hex'))));

test('RFC 9162 §2.1.1: roots are those of the known trees', () => {
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  for (const [count, root] of roots.entries()) {
    assert.equal(toHex(rootOf(inputs.slice(0, count))), root, String(count));
  }
});

test('every leaf and every range of trees of up to 20 leaves gives the root, and nothing else does', () => {
  const leaves = Array.from({ length: 20 }, (_, index) => leaf(utf8(String(index))));
  for (let count = 1; count <= leaves.length; count++) {
    const tree = leaves.slice(0, count);
    const root = rootOf(tree);
    for (let first = 0; first < count; first++) {
      const path = pathOf(tree, first);
      assert.deepEqual(rootFrom(tree[first] as Uint8Array, { index: first, count }, path), root);
      for (const index of [first - 1, first + 1]) {
        const other = rootFrom(tree[first] as Uint8Array, { index, count }, path);
        assert.notDeepEqual(other, root);
      }
      assert.equal(
        rootFrom(tree[first] as Uint8Array, { index: first, count }, [...path, root]),
        undefined,
      );
      for (let end = first + 1; end <= count; end++) {
        const part = tree.slice(first, end);
        const beside = besides(tree, { first, end });
        assert.deepEqual(rootFromRange(part, { first, count }, beside), root);
        if (beside.length > 0) {
          assert.notDeepEqual(rootFromRange(part, { first, count }, beside.slice(1)), root);
          const swapped = beside.with(0, leaf(utf8('another')));
          assert.notDeepEqual(rootFromRange(part, { first, count }, swapped), root);
        }
        const forged = part.with(-1, leaf(utf8('another')));
        assert.notDeepEqual(rootFromRange(forged, { first, count }, beside), root);
      }
    }
  }
});

test('the root is known after each leaf', () => {
  const tree = new TreeRoot();
  for (const [index, input] of inputs.entries()) {
    tree.push(input);
    assert.deepEqual(tree.root(), rootOf(inputs.slice(0, index + 1)));
  }
});
