import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuSeconds, peakBytes, processTree } from './proc.ts';
import { runCommand } from './run-command.ts';
import { median, spreadOf } from './statistics.ts';

test('the median is the middle value, or the mean of the two middle ones', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.deepEqual(spreadOf([3, 1, 2]), { min: 1, median: 2, max: 3 });
});

test('a process is found with its CPU time and peak memory', () => {
  assert.ok(processTree([process.pid]).includes(process.pid));
  assert.ok(cpuSeconds([process.pid]) >= 0);
  assert.ok(peakBytes([process.pid]) > 1024 * 1024);
});

test('a command is charged for what its children use', async () => {
  const run = await runCommand('bash -c "for i in {1..200000}; do :; done"', []);
  assert.ok(run.clientCpuSeconds > 0.05, `${run.clientCpuSeconds} s`);
  assert.ok(run.wallSeconds > 0.05);
});

test('a command that fails is an error with what it said', async () => {
  await assert.rejects(runCommand('echo broken >&2; false; echo unreached', []), /broken/);
});
