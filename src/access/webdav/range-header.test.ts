import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { webdavLimits } from './limits.ts';
import { parseRangeHeader, spansOf } from './range-header.ts';

const largest = Number.MAX_SAFE_INTEGER;

test('reads first-last, first- and the last n bytes', () => {
  const rows = [
    ['bytes=0-0', [{ kind: 'from', first: 0, last: 0 }]],
    ['bytes=5-', [{ kind: 'from', first: 5, last: undefined }]],
    ['Bytes=-7', [{ kind: 'suffix', length: 7 }]],
    [
      'bytes=0-1, 5-9,-3',
      [
        { kind: 'from', first: 0, last: 1 },
        { kind: 'from', first: 5, last: 9 },
        { kind: 'suffix', length: 3 },
      ],
    ],
    ['bytes=,0-1,', [{ kind: 'from', first: 0, last: 1 }]],
    ['bytes=1-99999999999999999999', [{ kind: 'from', first: 1, last: largest }]],
    ['bytes=99999999999999999999-', [{ kind: 'from', first: largest, last: undefined }]],
    ['bytes=-99999999999999999999', [{ kind: 'suffix', length: largest }]],
    ['bytes=00000000000000000005-07', [{ kind: 'from', first: 5, last: 7 }]],
  ] as const;
  for (const [header, ranges] of rows) assert.deepEqual(parseRangeHeader(header), ranges);
});

test('ignores what it need not honour: other units, malformed or too many ranges', () => {
  const many = `bytes=${Array.from({ length: webdavLimits.rangesMax + 1 }, (_, at) => `${at}-${at}`).join(',')}`;
  const headers = [
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=a-b',
    'bytes=5-2',
    'items=0-1',
    'bytes=-',
  ];
  const others = ['bytes=1', 'bytes=1-2-3', 'bytes=0-1;5-6', 'bytes=--1', 'bytes=0x1-2', many];
  const huge = ['bytes=99999999999999999999-99999999999999999998', `bytes=${'0-1,'.repeat(600)}`];
  for (const header of [...headers, ...others, ...huge]) {
    assert.equal(parseRangeHeader(header), undefined, header);
  }
});

test('the parts to send are in order, apart, inside the file, and hold every byte asked for', () => {
  const number = fc.integer({ min: 0, max: 60_000 });
  const range = fc.oneof(
    fc.record({ kind: fc.constant('suffix' as const), length: number }),
    fc
      .tuple(number, number)
      .map(([first, more]) => ({ kind: 'from' as const, first, last: first + more })),
    number.map((first) => ({ kind: 'from' as const, first, last: undefined })),
  );
  fc.assert(
    fc.property(
      fc.array(range, { maxLength: 16 }),
      fc.integer({ min: 0, max: 50_000 }),
      (ranges, size) => {
        const spans = spansOf(ranges, size);
        let before = -Infinity;
        for (const { first, last } of spans) {
          assert.ok(first > before + webdavLimits.rangeGapBytes && first <= last && last < size);
          before = last;
        }
        const holds = (byte: number): boolean =>
          spans.some((span) => span.first <= byte && byte <= span.last);
        for (const one of ranges) {
          const first = one.kind === 'suffix' ? Math.max(0, size - one.length) : one.first;
          const end = one.kind === 'suffix' ? size - 1 : Math.min(one.last ?? size - 1, size - 1);
          if (first <= end) assert.ok(holds(first) && holds(end));
        }
      },
    ),
  );
});
