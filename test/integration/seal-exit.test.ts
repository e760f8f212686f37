import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runChild } from '../support/child.ts';

const program = fileURLToPath(new URL('./seal-exit.child.ts', import.meta.url));

test('a process goes on until its file is sealed, also after a thread ended, and then ends', async () => {
  const { code, stdout, stderr } = await runChild([process.execPath, program]);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'sealed 600000\n');
});
