import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkKeywords } from './check-keywords.ts';

const known = ['Modality', 'BodyPartExamined'];
const condition = (keyword: string) => ({ keyword, operator: '=', value: 'x' }) as const;

test('a search by what no series can have is refused with what is known', () => {
  checkKeywords([condition('Modality'), condition('BodyPartExamined')], known);
  const list = 'known are BodyPartExamined, Modality';
  const rows = [
    ['modality', `modality: did you mean Modality? ${list}`],
    ['PatientName', `PatientName: ${list}`],
  ] as const;
  for (const [keyword, message] of rows) {
    assert.throws(() => checkKeywords([condition('Modality'), condition(keyword)], known), {
      code: 'FILES_KEYWORD_INVALID',
      message: `FILES_KEYWORD_INVALID: ${message}`,
    });
  }
});

test('a number that is compared with a word is refused; a pattern is not', () => {
  const compare = (operator: '=' | '>' | 'like', value: string | number): void =>
    checkKeywords([{ keyword: 'SeriesNumber', operator, value }], ['SeriesNumber']);
  const message = /SeriesNumber is a number/;
  for (const operator of ['=', '>'] as const)
    assert.throws(() => compare(operator, 'abc'), { code: 'FILES_KEYWORD_INVALID', message });
  compare('=', 4);
  compare('like', '4*');
});
