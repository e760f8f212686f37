import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DataElement,
  type DataSet,
  dataSetOf,
  type Tag,
  tag as t,
  type Vr,
} from '../../../dicom/index.ts';
import { epiPolarityOf } from './epi-polarity.ts';

interface Header {
  readonly sequence?: string;
  readonly mode?: string;
  readonly volume?: string;
  readonly vr?: Exclude<Vr, 'SQ'>;
}

function headerOf({ sequence = 'epi_pepolar', mode, volume, vr = 'DS' }: Header): DataSet {
  const held = (tag: Tag, text: string, as: Exclude<Vr, 'SQ'>): DataElement => ({
    tag,
    vr: as,
    value: Buffer.from(text),
  });
  const elements = [
    held(0x00190010, 'GEMS_ACQU_01', 'LO'),
    held(0x0019109c, sequence, 'LO'),
    ...(mode === undefined ? [] : [held(0x001910b3, mode, vr)]),
    ...(volume === undefined ? [] : [held(t.TemporalPositionIdentifier, volume, 'IS')]),
  ];
  return new Map(elements.map((element) => [element.tag, element]));
}

function saidOf(header: DataSet): string {
  const said = epiPolarityOf(header);
  return said.kind === 'value' ? said.value : said.kind;
}

test('the polarity is that of the mode, in turns by the number of the volume', () => {
  const rows: readonly (readonly [mode: string, volume: string | undefined, said: string])[] = [
    ['0.000000', undefined, 'forward'],
    ['0', '2', 'forward'],
    ['1.000000', undefined, 'reversed'],
    ['1', '2', 'reversed'],
    ['2.000000', '1', 'reversed'],
    ['2.000000', '2', 'forward'],
    ['2.000000', '37', 'reversed'],
    ['3.000000', '1', 'forward'],
    ['3.000000', '2', 'reversed'],
  ];
  for (const [mode, volume, said] of rows) {
    const stated = { mode, ...(volume === undefined ? {} : { volume }) };
    assert.equal(saidOf(headerOf(stated)), said, `${mode} ${volume}`);
    assert.equal(saidOf(headerOf({ ...stated, vr: 'UN' })), said, `${mode} ${volume}, UN`);
  }
});

test('what does not say it is not kept', () => {
  const headers: readonly Header[] = [
    {},
    { mode: '' },
    { mode: 'x' },
    { mode: '4' },
    { mode: '0\\1' },
    { mode: '2' },
    { mode: '2', volume: '' },
    { mode: '2', volume: '0' },
    { mode: '3', volume: 'x' },
  ];
  for (const header of headers) {
    assert.equal(saidOf(headerOf(header)), 'not-kept', JSON.stringify(header));
  }
  const enhanced = dataSetOf({ PerFrameFunctionalGroupsSequence: [] });
  const both = new Map([...headerOf({ mode: '1' }), ...enhanced]);
  assert.equal(saidOf(both), 'not-kept');
});

test('of other sequences the same element says nothing; the name may have more words', () => {
  assert.equal(saidOf(headerOf({ sequence: 'epi2', mode: '1' })), 'absent');
  assert.equal(saidOf(headerOf({ sequence: 'abcd/epi_pepolar2', mode: '1' })), 'reversed');
  assert.equal(saidOf(new Map()), 'absent');
});
