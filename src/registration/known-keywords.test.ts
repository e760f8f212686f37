import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownKeywords } from './known-keywords.ts';

test('known is what a walk asks for and de-identification leaves', () => {
  for (const keyword of ['Modality', 'BodyPartExamined', 'Rows', 'SOPClassUID']) {
    assert.ok(knownKeywords.includes(keyword), keyword);
  }
  for (const keyword of ['PatientID', 'StudyDate', 'StudyInstanceUID', 'KVP']) {
    assert.ok(!knownKeywords.includes(keyword), keyword);
  }
});
