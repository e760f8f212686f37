import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { openDoor, sampleBytes } from '../../../test/support/webdav-door.ts';
import type { FileStat } from '../../files/files.ts';
import { webdavLimits } from './limits.ts';
import { listingHtml } from './listing-html.ts';

const bytes = sampleBytes(100_000);

const folder = '/site/c/p-1/t-1/s-1';

test('a directory is a page of relative links, and no script may run', async (t) => {
  const { ask } = await openDoor(t, {
    [`${folder}/i-1.dcm`]: { bytes },
    [`${folder}/v-1.nii`]: { bytes, refusal: 'VOLUME_GANTRY_TILT' },
    '/site/c/p-1/t-1/s-2/i-1.dcm': { bytes },
  });
  for (const [path, base] of [
    [`${folder}/`, './'],
    [folder, './s-1/'],
  ] as const) {
    const response = await ask('GET', path);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /^default-src 'none'; style-src 'sha256-/);
    assert.equal(response.headers.get('content-disposition'), null);
    const html = await response.text();
    assert.ok(html.includes(`<a href="${base}i-1.dcm">i-1.dcm</a>`));
    assert.ok(html.includes('cannot be read (VOLUME_GANTRY_TILT)'));
    assert.ok(html.includes('<td class="number">100,000</td>'));
    assert.doesNotMatch(html, /<script/);
    const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    assert.ok(policy.includes(`'sha256-${digest}'`));
  }
  const study = await (await ask('GET', '/site/c/p-1/t-1/')).text();
  assert.ok(study.includes('<a href="./s-2/">s-2/</a>'));
  const head = await ask('HEAD', folder);
  assert.equal(head.status, 200);
});

test('whatever a name holds, it is no markup', () => {
  const entry: FileStat = {
    path: '/c/<i>&"x.dcm',
    name: '<i>&"x.dcm',
    kind: 'file',
    size: 1,
    etag: undefined,
    createdMs: 0,
    modifiedMs: 0,
    locality: 'NEARLINE',
    contentType: 'application/dicom',
    digests: {},
    refusal: undefined,
  };
  const target = { path: '/c', isDirectory: true, cursor: undefined };
  const html = listingHtml(target, { entries: [entry], next: '<&"' });
  assert.ok(html.includes('<a href="./%3Ci%3E%26%22x.dcm">&lt;i&gt;&amp;&quot;x.dcm</a>'));
  assert.ok(html.includes('href="./?cursor=%3C%26%22"'));
  assert.doesNotMatch(html, /<i>/);
});

test('a large directory has a link to its next page; JSON tells the same', async (t) => {
  const count = webdavLimits.pageEntries + 3;
  const paths = Array.from(
    { length: count },
    (_, index) => `${folder}/i-${String(index).padStart(6, '0')}.dcm`,
  );
  const { ask } = await openDoor(
    t,
    Object.fromEntries(paths.map((path) => [path, { bytes: sampleBytes(3) }])),
  );
  const html = await (await ask('GET', `${folder}/`)).text();
  const [, next = ''] = /<a href="\.\/(\?cursor=[^"]+)" rel="next">/.exec(html) ?? [];
  const second = await (await ask('GET', `${folder}/${next}`)).text();
  assert.equal([...second.matchAll(/<a href="\.\/i-/g)].length, 3);
  assert.doesNotMatch(second, /rel="next"/);
  const json = await ask('GET', folder, { headers: { accept: 'application/json' } });
  const listed = (await json.json()) as { entries: { name: string; size: number }[]; next: string };
  assert.equal(listed.entries.length, webdavLimits.pageEntries);
  assert.equal(listed.entries[0]?.size, 3);
  assert.equal(`?cursor=${listed.next}`, next);
});
