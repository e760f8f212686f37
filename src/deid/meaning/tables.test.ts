import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTag, keywordOf, lookup, type Tag, tag as t } from '../../dicom/index.ts';
import { keepRows } from '../profile/generated/keep-list.ts';
import { boundsOf } from './bounds.ts';
import { findCode, sequencesWithCodes } from './code-groups.ts';
import { numberBoundRows } from './number-bounds.ts';
import { standardTermRows } from './standard-terms.ts';
import { termsOf } from './terms.ts';
import { vendorTermRows } from './vendor-terms.ts';

const kept = keepRows.split('\n').map((row) => row.split(' '));
const keptTags = kept
  .filter(([, kind]) => kind === 'K')
  .map(([tag = '']) => Number.parseInt(tag, 16));
const vrOf = (tag: Tag): string => lookup(tag)?.vrs[0] ?? '';
const named = (tags: readonly Tag[]): readonly string[] =>
  tags.map((tag) => keywordOf(tag) ?? formatTag(tag));

const linesOf = (rows: string): readonly string[] => rows.split('\n').filter((row) => row !== '');
const termLines = linesOf(standardTermRows + vendorTermRows);

test('every coded string of the keep list has a vocabulary, every number has bounds', () => {
  const words = keptTags.filter((tag) => vrOf(tag) === 'CS' && termsOf(tag, 2) === undefined);
  assert.deepEqual(named(words), []);
  const numbers = keptTags.filter((tag) => !['CS', 'SQ', 'AT'].includes(vrOf(tag)));
  assert.ok(numbers.length > 200);
  assert.deepEqual(named(numbers.filter((tag) => boundsOf(tag) === undefined)), []);
});

test('every code sequence of the keep list has context groups, and each has codes', () => {
  const sequences = keptTags.filter((tag) => keywordOf(tag)?.endsWith('CodeSequence') === true);
  assert.ok(sequences.length > 15);
  const known = new Set(sequencesWithCodes());
  assert.deepEqual(named(sequences.filter((tag) => !known.has(tag))), []);
  assert.equal(findCode(t.RadionuclideCodeSequence, 'SRT', 'C-111A1')?.meaning, '^18^Fluorine');
});

test('every row names an attribute, once, with least and most in order', () => {
  const rows = linesOf(numberBoundRows).map((row) => row.split(/ +/));
  const keywords = rows.map(([keyword = '']) => keyword);
  assert.equal(new Set(keywords).size, keywords.length);
  for (const [keyword = '', kind = '', unit = '', , , section = ''] of rows) {
    const tag = (t as Readonly<Record<string, Tag>>)[keyword];
    assert.ok(tag !== undefined, keyword);
    const bounds = boundsOf(tag);
    assert.ok(bounds !== undefined && bounds.least < bounds.most, keyword);
    assert.match(kind, /^[gpfn]$/, keyword);
    assert.match(`${unit} ${section}`, /^\S+ (PS3\.4-)?[A-Z]?[\d.]+b?$/, keyword);
  }
});

test('every vocabulary names an attribute and its source, and its terms are coded strings', () => {
  for (const line of termLines) {
    const [keyword = '', source = '', terms = ''] = line.split('|').map((cell) => cell.trim());
    assert.ok(keyword in t, keyword);
    assert.notEqual(source, '', keyword);
    if (terms === 'as ImageType') continue;
    for (const term of terms.split(',')) assert.match(term.trim(), /^[A-Z0-9_ ]{1,16}$/, line);
  }
});

test('a vocabulary holds no number that could be a record number or a date', () => {
  for (const line of termLines) {
    const terms = (line.split('|')[2] ?? '').split(',').map((term) => term.trim());
    for (const term of terms) assert.doesNotMatch(term, /^\d{3,}$|\d{6}/, line);
  }
});

test('counts that the catalog and volumes use have the bounds of their specification', () => {
  const mostOf = (tag: Tag): number | undefined => boundsOf(tag)?.most;
  assert.equal(mostOf(t.SeriesNumber), 99_999);
  for (const tag of [t.InstanceNumber, t.AcquisitionNumber, t.NumberOfFrames, t.EchoTrainLength]) {
    assert.equal(mostOf(tag), 65_535);
  }
  for (const tag of [t.EchoTime, t.EffectiveEchoTime, t.InversionTime, t.RepetitionTime]) {
    assert.equal(mostOf(tag), 60_000);
  }
  assert.equal(mostOf(t.DiffusionBValue), 100_000);
  assert.equal(mostOf(t.DiffusionGradientOrientation), 1);
  assert.equal(mostOf(t.ParallelReductionFactorInPlane), 64);
});
