/** A transfer that was cut is continued, whatever the place of the cut and the form of the file. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { startStory } from './story.ts';

/** 6 slices of 256 x 256: 786,784 bytes as a volume, 12 whole segments and a part. */
const series = [{ slices: 6, rows: 256, columns: 256 }];
const volumeSize = 6 * 256 * 256 * 2 + 352;

interface Report {
  readonly bytes: number;
  readonly resumedAt: number;
}

test('an interrupted get is continued and verified', async (t) => {
  const story = await startStory(t, { series });
  const open = await story.series('bob', 'open');
  const sealed = await story.series('bob', 'sealed');
  const reference = story.file('reference.nii');
  await story.run('bob', 'get', '-q', `${open}/volume.nii`, reference);
  await story.run('bob', 'get', '-q', `${sealed}/volume.nii.c4gh`, story.file('sealed.nii'));
  const whole = readFileSync(reference);
  assert.equal(whole.length, volumeSize);
  const proxy = await startTcpProxy(t, story.port);
  const settings = story.settingsOf('bob', { gateway: `http://127.0.0.1:${proxy.port}` });
  const forms = [
    ['open', [`${open}/volume.nii`]],
    ['opened', [`${sealed}/volume.nii.c4gh`]],
    ['kept', ['--sealed', `${sealed}/volume.nii.c4gh`]],
  ] as const;
  for (const [form, args] of forms) {
    const target = story.file(`resumed-${form}`);
    const get = () => story.mdm('bob', ['--json', 'get', ...args, target], { settings });
    proxy.cutAfter(300_000);
    const cut = await get();
    assert.notEqual(cut.code, 0, form);
    assert.equal((JSON.parse(cut.stderr) as { code: string }).code, 'CLIENT_INTERRUPTED');
    assert.equal(existsSync(target), false, 'not named before it is whole and verified');
    assert.ok(statSync(`${target}.mdm-part`).size > 0);
    proxy.cutAfter(undefined);
    const resumed = await get();
    assert.equal(resumed.code, 0, resumed.stderr);
    const report = JSON.parse(resumed.stdout) as Report;
    assert.ok(report.resumedAt > 190_000, `${form} continued at ${report.resumedAt}`);
    if (form !== 'kept') assert.deepEqual(readFileSync(target), whole, form);
    assert.equal(existsSync(`${target}.mdm-part`), false);
  }
});

test('a get that was cut after its last byte is finished', async (t) => {
  const story = await startStory(t, { series: [{ slices: 1, rows: 4, columns: 4 }] });
  const open = await story.series('bob', 'open');
  const [first] = await story.json<{ path: string; size: number }>('bob', 'ls', open);
  const path = first?.path ?? '';
  const reference = story.file('reference.dcm');
  await story.run('bob', 'get', '-q', path, reference);
  const { length } = readFileSync(reference);
  const proxy = await startTcpProxy(t, story.port);
  const settings = story.settingsOf('bob', { gateway: `http://127.0.0.1:${proxy.port}` });
  for (const args of [[path], ['--sealed', `${path}.c4gh`], [`${path}.c4gh`]]) {
    const target = story.file('finished');
    const get = () => story.mdm('bob', ['get', '-f', '-q', ...args, target], { settings });
    // The body came whole, what proves it did not.
    const sent = args.at(-1)?.endsWith('.c4gh') === true ? length + 124 + 28 : length;
    proxy.cutAfter(sent + 1000);
    const cut = await get();
    assert.notEqual(cut.code, 0, args.join(' '));
    assert.ok(statSync(`${target}.mdm-part`).size > 0, args.join(' '));
    proxy.cutAfter(undefined);
    const resumed = await get();
    assert.equal(resumed.code, 0, `${args.join(' ')}: ${resumed.stderr}`);
    if (args[0] !== '--sealed') assert.deepEqual(readFileSync(target), readFileSync(reference));
  }
});
