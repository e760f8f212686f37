import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { AuditEvent } from './audit.ts';
import type { AuditVerdict } from './chain-check.ts';
import { auditLimits } from './limits.ts';
import { openAudit } from './open-audit.ts';
import type { AuditRecord } from './record.ts';
import { type VerifyAuditOptions, verifyAudit } from './verify-audit.ts';

/** Some ten records a file. */
const limits = { ...auditLimits, fileBytesMax: 4_000 };

const event = (bytes: number): AuditEvent => ({
  action: 'read',
  subject: 'x509:/DC=test/CN=Ada',
  outcome: 'success',
  path: '/site/lung/p-0/t-0/s-0/i-0.dcm',
  rule: 'entry 0',
  bytes,
  requestId: 'r1',
});

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'mdm-audit-'));
  t.after(() => rmSync(root, { recursive: true }));
  const path = join(root, 'audit');
  mkdirSync(path);
  return path;
}

const headFileOf = (path: string): string => join(path, '..', 'keys', 'audit.head');

const open = (path: string) => openAudit({ path, headFile: headFileOf(path), limits });

const verify = (path: string, options: VerifyAuditOptions = {}): Promise<AuditVerdict> =>
  verifyAudit(path, { headFile: headFileOf(path), ...options });

/** A closed record of `count` events, one after the other. */
async function recorded(path: string, count: number): Promise<string> {
  const audit = await open(path);
  for (let index = 1; index <= count; index += 1) await audit.record(event(index));
  await audit.close();
  return path;
}

const files = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(path, name));

const kinds = (verdict: AuditVerdict): string[] => verdict.problems.map(({ kind }) => kind);

test('records survive, in order, over files and openings', async (t) => {
  const path = await recorded(folder(t), 25);
  await recorded(path, 25);
  const seen: AuditRecord[] = [];
  const verdict = await verify(path, { onRecord: (record) => seen.push(record) });
  assert.deepEqual(verdict.problems, []);
  assert.equal(verdict.records, 50);
  assert.ok(files(path).length > 3);
  const bytes = seen.map((record) => record.event.bytes);
  const once = Array.from({ length: 25 }, (_, index) => index + 1);
  assert.deepEqual(bytes, [...once, ...once]);
  assert.deepEqual(seen[0]?.event, event(1));
});

test('waiting records are made durable together and stay in the order asked', async (t) => {
  const path = folder(t);
  const audit = await open(path);
  await Promise.all(Array.from({ length: 3_000 }, (_, index) => audit.record(event(index))));
  assert.equal(audit.head.count, 3_000);
  await audit.close();
  const seen: (number | undefined)[] = [];
  await verify(path, { onRecord: (record) => seen.push(record.event.bytes) });
  assert.deepEqual(
    seen,
    Array.from({ length: 3_000 }, (_, index) => index),
  );
});

test('one changed bit anywhere is seen', async (t) => {
  const path = await recorded(folder(t), 12);
  for (const file of files(path)) {
    const whole = readFileSync(file);
    for (let position = 0; position < whole.length; position += 13) {
      const changed = Buffer.from(whole);
      changed[position] = (whole[position] ?? 0) ^ (1 << (position % 8));
      writeFileSync(file, changed);
      assert.notDeepEqual(kinds(await verify(path)), [], `bit in byte ${position} of ${file}`);
    }
    writeFileSync(file, whole);
  }
  assert.deepEqual(kinds(await verify(path)), []);
});

test('a line taken out, doubled or moved breaks the chain', async (t) => {
  const path = await recorded(folder(t), 20);
  const [file = ''] = files(path);
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const [first = '', second = '', third = '', ...rest] = lines;
  const edits = [
    [first, third, ...rest],
    [first, second, second, third, ...rest],
    [second, first, third, ...rest],
    [second, third, ...rest],
    [...rest, first, second, third],
  ];
  for (const edit of edits) {
    writeFileSync(file, edit.map((line) => `${line}\n`).join(''));
    const found = kinds(await verify(path));
    assert.ok(found.includes('chain-broken') || found.includes('start-missing'), found.join());
  }
});

test('a missing file is seen: first, middle or last', async (t) => {
  for (const [pick, kind] of [
    [0, 'start-missing'],
    [1, 'chain-broken'],
    [-1, 'tail-missing'],
  ] as const) {
    const path = await recorded(folder(t), 50);
    unlinkSync(files(path).at(pick) ?? '');
    assert.deepEqual(kinds(await verify(path)), [kind]);
  }
});

test('a cut tail is seen by the anchored head, and the service does not go on from it', async (t) => {
  const path = await recorded(folder(t), 12);
  const last = files(path).at(-1) ?? '';
  const lines = readFileSync(last, 'utf8').split('\n').slice(0, -1);
  writeFileSync(
    last,
    lines
      .slice(0, -1)
      .map((line) => `${line}\n`)
      .join(''),
  );
  assert.deepEqual(kinds(await verify(path)), ['tail-missing']);
  await assert.rejects(open(path), { code: 'AUDIT_DAMAGED' });
});

test('a head noted elsewhere shows a record that was written anew', async (t) => {
  const path = folder(t);
  const audit = await open(path);
  await audit.record(event(1));
  const anchors = [audit.head];
  await audit.record(event(2));
  await audit.close();
  assert.deepEqual(kinds(await verify(path, { anchors })), []);
  rmSync(join(path, '..'), { recursive: true });
  await recorded(path, 2);
  assert.deepEqual(kinds(await verify(path)), []);
  assert.deepEqual(kinds(await verify(path, { anchors })), ['tail-missing']);
});

test('what a crash left of the last record is cut off, and that is recorded', async (t) => {
  for (const torn of ['x', '{"half": ', `${'0'.repeat(64)} {}\n`, '\0'.repeat(5_000)]) {
    const path = await recorded(folder(t), 3);
    appendFileSync(files(path).at(-1) ?? '', torn);
    assert.notDeepEqual(kinds(await verify(path)), []);
    await recorded(path, 1);
    const seen: AuditRecord[] = [];
    const verdict = await verify(path, { onRecord: (record) => seen.push(record) });
    assert.deepEqual(kinds(verdict), []);
    assert.deepEqual(
      seen.map((record) => record.event.action),
      ['read', 'read', 'read', 'audit-repaired', 'read'],
    );
    assert.equal(
      seen[3]?.event.detail,
      `removed ${torn.length} bytes that were never acknowledged`,
    );
  }
});

test('a crash right after a new file was begun is no damage', async (t) => {
  for (const torn of ['', 'half a reco']) {
    const path = await recorded(folder(t), 11);
    const { head } = await verify(path);
    const name = `audit-${String(head.count + 1).padStart(12, '0')}.log`;
    writeFileSync(join(path, name), torn);
    await recorded(path, 1);
    assert.deepEqual(kinds(await verify(path)), []);
  }
});

test('losing the head file, or half of it, loses no record', async (t) => {
  const path = await recorded(folder(t), 5);
  truncateSync(headFileOf(path), 130);
  assert.deepEqual(kinds(await verify(path)), []);
  unlinkSync(headFileOf(path));
  assert.deepEqual(kinds(await verify(path)), ['head-missing']);
  await recorded(path, 1);
  assert.deepEqual(kinds(await verify(path)), []);
});

test('a newer format and a place that is no folder are refused', async (t) => {
  const path = folder(t);
  writeFileSync(join(path, 'file'), '');
  await assert.rejects(open(join(path, 'file')), { code: 'AUDIT_OPEN_FAILED' });
  await assert.rejects(verify(join(path, 'nowhere')), { code: 'AUDIT_OPEN_FAILED' });
});
