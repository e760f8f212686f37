import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { lockFile } from './lock-file.ts';

const locked = (path: string): boolean => {
  try {
    lockFile(path).release();
    return false;
  } catch (error) {
    assert.equal(codeOf(error), 'DB_LOCKED');
    return true;
  }
};

test('a lock is held by one, and free again once released', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mdm-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'lock');
  const lock = lockFile(path);
  assert.equal(locked(path), true);
  lock.release();
  assert.equal(locked(path), false);
});

// The child keeps what it was given: a lock nobody holds on to is collected, and so released.
test('a killed holder leaves no lock behind', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mdm-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'lock');
  const module = new URL('./lock-file.ts', import.meta.url).href;
  const program = `import { lockFile } from '${module}'; globalThis.kept = lockFile(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  assert.equal(locked(path), true);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  assert.equal(locked(path), false);
});
