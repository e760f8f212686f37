import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLog } from './log.ts';

test('one JSON object a line, with time, level, event and the fields of every level', () => {
  const lines: string[] = [];
  const log = jsonLog({
    write: (line) => lines.push(line),
    nowMs: () => 0,
    fields: { role: 'clinical' },
  });
  log.with({ recall: 'r1' }).warn('recall.slow', { waitedMs: 3, size: undefined });
  log.info('ready');
  assert.deepEqual(lines, [
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","event":"recall.slow","role":"clinical","recall":"r1","waitedMs":3}\n',
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","event":"ready","role":"clinical"}\n',
  ]);
});

test('a value cannot break the line it is in', () => {
  const lines: string[] = [];
  jsonLog({ write: (line) => lines.push(line), nowMs: () => 0 }).error('x', {
    text: 'a\r\n{"level":"info"}\u001b[2J',
  });
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^[ -~]*\n$/);
});
