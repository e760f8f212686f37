import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextsMax } from '../../../dimse/index.ts';
import { acceptedTransferSyntaxes } from '../../transfer-syntaxes.ts';
import { getContexts, model } from './contexts.ts';

test('many SOP classes go over successive associations, each class whole in one', () => {
  const classes = Array.from({ length: 30 }, (_, index) => `1.2.840.10008.5.1.4.1.1.${index}`);
  const groups = getContexts([...classes, ...classes]);
  assert(groups.length > 1);
  const seen: string[] = [];
  for (const group of groups) {
    assert(group.length <= contextsMax);
    assert(group.some(({ abstractSyntax }) => abstractSyntax === model.get));
    const storage = group.filter(({ asScp }) => asScp === true);
    assert(storage.every(({ transferSyntaxes }) => transferSyntaxes.length === 1));
    const uids = new Set(storage.map(({ abstractSyntax }) => abstractSyntax));
    assert.equal(storage.length, uids.size * acceptedTransferSyntaxes.length);
    seen.push(...uids);
  }
  assert.deepEqual(seen, classes);
});

test('a series of unknown classes is asked for with the usual ones', () => {
  const [group, ...others] = getContexts([]);
  assert.equal(others.length, 0);
  assert(group !== undefined && group.length > 9);
});
