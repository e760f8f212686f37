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
  const bar = createProgressBar({ stream, nowMs: () => nowMs });
  const at = (bytes: number): void => bar.update('a.nii', { bytes, done: bytes, total: 4_000_000 });
  at(0);
  nowMs = 50;
  at(1_000_000);
  nowMs = 1000;
  at(2_000_000);
  nowMs = 1001;
  at(4_000_000);
  bar.end();
  assert.equal(written.length, 4, 'the update after 50 ms is not drawn');
  assert.match(written[1] ?? '', /^>a\.nii \[#{15}\.{15}\] 50% 2(\.0)? MB 2(\.0)? MB\/s$/);
  assert.match(written[2] ?? '', /\[#{30}\]100%/);
  assert.equal(written[3], '\n');
});

test('a size that is not known is not guessed, and a line is never longer than the terminal', () => {
  const { written, stream } = terminal(true, 20);
  const bar = createProgressBar({ stream, nowMs: () => 0 });
  bar.update('volume.nii.gz', { bytes: 1, done: 1, total: undefined });
  assert.equal(written[0], '>volume.nii.gz [size');
});

test('what is no terminal sees nothing', () => {
  const { written, stream } = terminal(false, 80);
  const bar = createProgressBar({ stream, nowMs: () => 0 });
  bar.update('a', { bytes: 1, done: 1, total: 2 });
  bar.say('waiting');
  bar.end();
  assert.deepEqual(written, []);
});

test('a line of another does not run into the bar, and the end is drawn once', () => {
  const { written, stream } = terminal(true, 80);
  const bar = createProgressBar({ stream, nowMs: () => 0 });
  bar.clear();
  bar.update('1 of 3 files', { bytes: 1, done: 1, total: 3 });
  bar.clear();
  bar.clear();
  bar.say('waiting');
  bar.end();
  bar.end();
  assert.deepEqual(written.slice(1), ['>', '>waiting', '\n']);
});
