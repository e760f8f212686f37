import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
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
import { acceptAudit } from './accept-audit.ts';
import { auditLimits } from './limits.ts';
import { openAudit } from './open-audit.ts';
import { verifyAudit } from './verify-audit.ts';

/** Some ten records a file. */
const limits = { ...auditLimits, fileBytesMax: 3_000 };

/** A record in a folder, its head elsewhere, and what happens to it. */
function makeRecord(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'mdm-audit-'));
  t.after(() => rmSync(root, { recursive: true }));
  const places = { path: join(root, 'audit'), headFile: join(root, 'keys', 'audit.head') };
  const files = (): string[] =>
    readdirSync(places.path)
      .filter((name) => name.endsWith('.log'))
      .sort()
      .map((name) => join(places.path, name));
  return {
    ...places,
    backup: join(root, 'backup'),
    files,
    async write(count: number): Promise<void> {
      const audit = await openAudit({ ...places, limits });
      for (let at = 1; at <= count; at += 1)
        await audit.record({ action: 'read', subject: 'x', outcome: 'success', bytes: at });
      await audit.close();
    },
    open: async () => (await openAudit({ ...places, limits })).close(),
    accept: () => acceptAudit({ ...places, limits, by: 'local:op', reason: 'restored' }),
    verify: () => verifyAudit(places.path, { headFile: places.headFile }),
  };
}

type Made = ReturnType<typeof makeRecord>;

const damages: Readonly<Record<string, (record: Made) => void>> = {
  'an emptied folder': ({ path }) => rmSync(path, { recursive: true }),
  'a removed newest file': ({ files }) => unlinkSync(files().at(-1) ?? ''),
  'an end cut at a line': ({ files }) => {
    const file = files().at(-1) ?? '';
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -2);
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  },
  'an end cut within a line': ({ files }) => {
    const file = files().at(-1) ?? '';
    truncateSync(file, readFileSync(file).length - 7);
  },
  'an older copy of the folder': ({ path, backup }) => {
    rmSync(path, { recursive: true });
    cpSync(backup, path, { recursive: true });
  },
  'a changed bit in the newest file': ({ files }) => {
    const file = files().at(-1) ?? '';
    const bytes = readFileSync(file);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  },
  'a newest file that is none': ({ files }) => writeFileSync(files().at(-1) ?? '', 'rubbish\n'),
};

for (const [what, damage] of Object.entries(damages))
  test(`${what} stops the start, until it is accepted`, async (t) => {
    const record = makeRecord(t);
    await record.write(8);
    cpSync(record.path, record.backup, { recursive: true });
    await record.write(20);
    const { head } = await record.verify();
    damage(record);
    await assert.rejects(record.open(), { code: 'AUDIT_DAMAGED' });
    // Nothing is mended by trying again.
    await assert.rejects(record.open(), { code: 'AUDIT_DAMAGED' });
    const accepted = await record.accept();
    assert.equal(accepted?.reason, 'restored');
    assert.equal(accepted.record, head.count + 1, 'no number comes again');
    await record.write(3);
    const verdict = await record.verify();
    assert.deepEqual(verdict.problems, []);
    assert.equal(verdict.head.count, head.count + 4);
    assert.deepEqual(
      verdict.accepted.map(({ by, reason }) => [by, reason]),
      [['local:op', 'restored']],
    );
    assert.equal(await record.accept(), undefined, 'there is nothing to accept any more');
  });

test('what is lost after an acceptance is not covered by it', async (t) => {
  const record = makeRecord(t);
  await record.write(20);
  damages['an end cut at a line']?.(record);
  await record.accept();
  await record.write(9);
  damages['an end cut at a line']?.(record);
  await assert.rejects(record.open(), { code: 'AUDIT_DAMAGED' });
  // Nor is another place within what was there when it was accepted.
  assert.notDeepEqual((await record.verify()).problems, []);
  await record.accept();
  const [first = ''] = record.files();
  appendFileSync(first, 'rubbish\n');
  assert.deepEqual(
    (await record.verify()).problems.map(({ kind }) => kind),
    ['line-damaged'],
  );
});

test('records that are found again close an accepted gap; invented ones do not', async (t) => {
  const record = makeRecord(t);
  await record.write(30);
  const lost = record.files().at(-1) ?? '';
  const bytes = readFileSync(lost);
  unlinkSync(lost);
  await record.accept();
  await record.write(2);
  writeFileSync(lost, bytes);
  const whole = await record.verify();
  assert.deepEqual([whole.problems, whole.records], [[], 33]);
  const invented = makeRecord(t);
  await invented.write(31);
  writeFileSync(lost, readFileSync(invented.files().at(-1) ?? ''));
  assert.notDeepEqual((await record.verify()).problems, []);
});

test('a record without a head starts, also with an old head', async (t) => {
  const record = makeRecord(t);
  await record.write(5);
  const old = readFileSync(record.headFile);
  await record.write(40);
  writeFileSync(record.headFile, old);
  await record.write(1);
  assert.deepEqual((await record.verify()).problems, []);
  unlinkSync(record.headFile);
  await record.write(1);
  assert.deepEqual((await record.verify()).problems, []);
});

test('another record than the one that was anchored does not start', async (t) => {
  const record = makeRecord(t);
  await record.write(5);
  rmSync(record.path, { recursive: true });
  const head = readFileSync(record.headFile);
  unlinkSync(record.headFile);
  await record.write(50);
  writeFileSync(record.headFile, head);
  await assert.rejects(record.open(), {
    code: 'AUDIT_DAMAGED',
    message: /record 5 is not the one that was anchored/,
  });
  const accepted = await record.accept();
  assert.deepEqual(
    [accepted?.record, accepted?.lost.map(({ count }) => count), accepted?.after.length],
    [51, [5], 1],
  );
  await record.write(1);
});

test('whole but damaged in more places than can be named is no record', async (t) => {
  const record = makeRecord(t);
  await record.write(8);
  await assert.rejects(
    acceptAudit({
      ...record,
      limits: { ...limits, gapPlacesMax: 0 },
      by: 'local:op',
      reason: 'x',
      anchors: [{ count: 9, digest: 'f'.repeat(64) }],
    }),
    { code: 'AUDIT_GAP_TOO_WIDE' },
  );
});
