/** A record that was emptied, cut or restored stops the start; its operator says that it is a restore. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ServiceName } from '../support/gateway.ts';
import { startStory } from './story.ts';

interface Verdict {
  readonly records: number;
  readonly head: { readonly count: number; readonly digest: string };
  readonly problems: readonly { readonly kind: string }[];
}

test('a gateway starts on the record that it wrote, or on what its operator accepts', async (t) => {
  const story = await startStory(t);
  const [config, folder] = [story.file('gateway.yaml'), story.file('gateway/computing/audit')];
  const verify = async (): Promise<Verdict | undefined> =>
    (await story.json<Verdict>('alice', 'audit', 'verify', '-c', config))[0];
  const series = await story.series('bob', 'open');
  const before = await verify();
  assert.deepEqual(before?.problems, []);
  assert.match((await story.fails(1, 'alice', ...accept(config))).stderr, /DB_LOCKED/);

  await story.kill('gateway');
  cpSync(folder, join(story.folder, 'backup'), { recursive: true });
  await story.start('gateway');
  await story.run('bob', 'find', series);
  await story.stop('gateway');
  const { head } = (await verify()) ?? assert.fail('a verdict');
  rmSync(folder, { recursive: true });
  await assert.rejects(story.start('gateway'), /AUDIT_DAMAGED: there is no record, and \d+ were/);
  cpSync(join(story.folder, 'backup'), folder, { recursive: true });
  await assert.rejects(story.start('gateway'), /AUDIT_DAMAGED: nothing whole follows record \d+/);
  const refused = await story.fails(8, 'alice', 'audit', 'verify', '-c', config);
  assert.match(refused.stdout, /NOT WHOLE.*\n {2}the end is missing/);
  assert.match(await story.run('alice', 'audit', 'verify', folder), /^whole: /);
  const anchor = `${head.count}:${head.digest}`;
  await story.fails(8, 'alice', 'audit', 'verify', folder, '--anchor', anchor);

  assert.match(await story.run('alice', ...accept(config)), /from the backup of Monday/);
  await story.start('gateway');
  await story.service('gateway').waitForOutput(/audit\.checked/);
  assert.match(await story.run('alice', 'status'), /gap: .*backup of Monday/);
  assert.doesNotMatch(await story.run('bob', 'status'), /Monday/);
  await story.run('bob', 'find', series);
  const after = await verify();
  assert.deepEqual(after?.problems, []);
  assert.ok(after.head.count > head.count);
});

const accept = (config: string): readonly string[] => [
  ...['audit', 'accept', '-c', config],
  ...['--reason', 'from the backup of Monday'],
];

test('a gateway, or a key server, that is restored with all that it keeps is told by the others', async (t) => {
  const story = await startStory(t);
  const change = async (): Promise<number> => {
    const [{ servers } = { servers: [] }] = await story.json<{
      readonly servers: readonly { readonly acknowledged: boolean }[];
    }>('alice', 'revoke', '/test/open', 'user:nobody@nowhere');
    return servers.filter(({ acknowledged }) => acknowledged).length;
  };
  /** As after `act`, all that a service keeps is as it was before. */
  const restored = async (service: ServiceName, act: () => Promise<unknown>): Promise<void> => {
    const files = (service === 'gateway' ? ['gateway'] : keptBy(service)).map((name) =>
      story.file(name),
    );
    await story.stop(service);
    for (const file of files) cpSync(file, `${file}.backup`, { recursive: true });
    await story.start(service);
    await act();
    await story.stop(service);
    for (const file of files) rmSync(file, { recursive: true });
    for (const file of files) cpSync(`${file}.backup`, file, { recursive: true });
  };
  await restored('gateway', async () => {
    assert.equal(await change(), 3);
    assert.equal(await change(), 3);
  });
  await assert.rejects(story.start('gateway'), /AUDIT_DAMAGED: there is no record, and \d+ were/);
  assert.match(await story.run('alice', ...accept(story.file('gateway.yaml'))), /not there: \d+/);
  // What repairs the feed speaks for the same record.
  const repaired = await story.run('alice', 'repair', 'feed', '-c', story.file('gateway.yaml'));
  assert.match(repaired, /followed by hospital, data-protection, infrastructure/);
  await story.start('gateway');
  assert.match(await story.run('alice', 'status'), /gap: .*backup of Monday/);

  await restored('hospital', change);
  await story.start('hospital');
  await story.service('gateway').waitForOutput(/KEYSERVER_RECORD_BEHIND/, 40_000);
  assert.match(await story.run('alice', 'status'), /key server hospital gives no shares/);
  await story.stop('hospital');
  await assert.rejects(story.start('hospital'), /AUDIT_DAMAGED/);
  const ofServer = [...accept(story.file('hospital.yaml')), '--role', 'keyserver'];
  assert.match(await story.run('alice', ...ofServer), /not there: \d+/);
  await story.start('hospital');
  assert.equal(await change(), 3);
});

const keptBy = (server: string): readonly string[] => {
  const folder = `key-server-${server}`;
  return [folder, `${folder}.key.audit-head`, `${folder}.key.anchors`];
};
