import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgressBar, type Terminal } from './progress-bar.ts';

/** What is written on a terminal; the sequence that clears the line is shown as `>`. */
function terminal(isTTY: boolean, columns: number): { written: string[]; stream: Terminal } {
  const written: string[] = [];
  const write = (text: string): unknown => written.push(text.replace('\r\u001B[K', '>'));
  return { written, stream: { isTTY, columns, write } };
}

test('a terminal sees how far a transfer is, ten times a second at most, and its end', () => {
  const { written, stream } = terminal(true, 100);
  let nowMs = 0;
  const bar = createProgressBar('a.nii', { stream, nowMs: () => nowMs });
  bar.update(0, 4_000_000);
  nowMs = 50;
  bar.update(1_000_000, 4_000_000);
  nowMs = 1000;
  bar.update(2_000_000, 4_000_000);
  nowMs = 1001;
  bar.update(4_000_000, 4_000_000);
  bar.end();
  assert.equal(written.length, 4, 'the update after 50 ms is not drawn');
  assert.match(written[1] ?? '', /^>a\.nii \[#{15}\.{15}\] 50% 2(\.0)? MB 2(\.0)? MB\/s$/);
  assert.match(written[2] ?? '', /\[#{30}\]100%/);
  assert.equal(written[3], '\n');
});

test('a size that is not known is not guessed, and a line is never longer than the terminal', () => {
  const { written, stream } = terminal(true, 20);
  const bar = createProgressBar('volume.nii.gz', { stream, nowMs: () => 0 });
  bar.update(1, undefined);
  assert.equal(written[0], '>volume.nii.gz [size');
});

test('what is no terminal sees nothing', () => {
  const { written, stream } = terminal(false, 80);
  const bar = createProgressBar('a', { stream, nowMs: () => 0 });
  bar.update(1, 2);
  bar.say('waiting');
  bar.end();
  assert.deepEqual(written, []);
});
