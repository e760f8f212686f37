import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DataElement, type Tag, tag as t } from '../../dicom/index.ts';
import { FactMemory } from './fact-memory.ts';

test('what is asked of a header in turns is no answer for one that differs in what is beside it', () => {
  const memory = new FactMemory();
  const header = new Map<Tag, DataElement>();
  const ask = (beside: string) =>
    memory.open(header, [beside]).askInSteps('kind', function* (seen) {
      seen.get(t.Modality);
      yield;
      return beside;
    });
  const [one, other] = [ask('one'), ask('other')];
  one.next();
  assert.equal(one.next().value, 'one');
  other.next();
  assert.equal(other.next().value, 'other');
});
