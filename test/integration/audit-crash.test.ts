import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { auditLimits, openAudit, verifyAudit } from '../../src/audit/index.ts';
import { startChild } from '../support/child.ts';
import { tempFolder } from '../support/temp.ts';

const program = fileURLToPath(new URL('./audit-writer.child.ts', import.meta.url));
const limits = { ...auditLimits, fileBytesMax: 20_000 };

test('a killed service loses no acknowledged record and its chain goes on', async (t) => {
  const path = join(await tempFolder(t), 'audit');
  const headFile = `${path}.head`;
  const acknowledged: string[] = [];
  for (let life = 0; life < 5; life += 1) {
    const child = await startChild(t, [process.execPath, program, path]);
    await child.waitForOutput(new RegExp(`(?:[^\\n]+\\n){${10 + life * 100}}`));
    child.kill('SIGKILL');
    await child.exited;
    acknowledged.push(...child.stdout().split('\n').slice(0, -1));
    // Opening repairs what the kill cut off; after that nothing may be wrong.
    await (await openAudit({ path, headFile, limits })).close();
    const recorded = new Set<string | undefined>();
    const verdict = await verifyAudit(path, {
      headFile,
      onRecord: (record) => recorded.add(record.event.requestId),
    });
    assert.deepEqual(verdict.problems, []);
    for (const requestId of acknowledged) assert.ok(recorded.has(requestId), requestId);
  }
});
