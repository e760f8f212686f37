import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { AnchorFile } from './anchor-file.ts';
import { auditLimits } from './limits.ts';

function placeFor(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'mdm-anchors-'));
  t.after(() => rmSync(root, { recursive: true }));
  return join(root, 'keys', 'audit.anchors');
}

const head = (count: number) => ({ count, digest: 'a'.repeat(64) });

test('what is kept is there after it is opened again, and what was missed until it is accepted', async (t) => {
  const path = placeFor(t);
  const file = await AnchorFile.open(path);
  assert.ok(!existsSync(path));
  await Promise.all([file.keep('a', 'x.y.z'), file.keep('b', 'p.q.r'), file.miss(head(7))]);
  await file.keep('a', 'x.y.Z');
  await file.miss(head(7));
  const again = await AnchorFile.open(path);
  assert.deepEqual(
    [again.statementOf('a'), again.statementOf('b'), again.statementOf('c'), again.missed],
    ['x.y.Z', 'p.q.r', undefined, [head(7)]],
  );
  await again.forgetMissed();
  assert.deepEqual((await AnchorFile.open(path)).missed, []);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('half of a new one, as a crash leaves it, changes nothing', async (t) => {
  const path = placeFor(t);
  await (await AnchorFile.open(path)).keep('a', 'x.y.z');
  writeFileSync(`${path}.new`, '{"format":');
  const again = await AnchorFile.open(path);
  assert.equal(again.statementOf('a'), 'x.y.z');
  await again.keep('a', 'n.e.w');
  assert.equal((await AnchorFile.open(path)).statementOf('a'), 'n.e.w');
});

test('of more than fit the newest are kept', async (t) => {
  const file = await AnchorFile.open(placeFor(t));
  const { missedAnchorsMax: max } = auditLimits;
  for (let count = 1; count <= max + 3; count += 1) await file.miss(head(count));
  assert.deepEqual([file.missed.length, file.missed[0]?.count], [max, max + 3]);
});

test('a damaged file is said to be one', async (t) => {
  const path = placeFor(t);
  await (await AnchorFile.open(path)).keep('a', 'x.y.z');
  const text = readFileSync(path, 'utf8');
  for (const bad of [
    '',
    'x',
    '{}',
    text.slice(0, 40),
    text.replace('1', '2'),
    text.replace('"a"', '"A"'),
  ]) {
    writeFileSync(path, bad);
    await assert.rejects(AnchorFile.open(path), { code: 'AUDIT_ANCHORS_DAMAGED' }, bad);
  }
});
