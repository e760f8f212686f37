import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { tempFolder } from '../../../test/support/temp.ts';
import { loadConfig } from './load-config.ts';

const schema = z.strictObject({ a: z.strictObject({ b: z.number() }) });

test('each fault is named with its line, a setting that nobody knows too', async (t) => {
  const file = join(await tempFolder(t), 'config.yaml');
  const message = (text: string): string => {
    writeFileSync(file, text, { mode: 0o600 });
    try {
      loadConfig(file, schema);
      return 'taken';
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.equal(message('a:\n  b: 1\n'), 'taken');
  assert.match(message('a:\n  b: 1\nnonsense: 3\n'), /: nonsense \(line 3\): no such setting$/);
  assert.match(message('a:\n  b: 1\n  c: 2\nd: 3\n'), /: a\.c \(line 3\): .*; d \(line 4\): /);
  assert.match(message('a:\n  b: x\n'), /: a\.b \(line 2\): /);
});
