import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { webdavLimits } from './limits.ts';
import { openDoor, sampleBytes } from './suite.ts';

const bytes = sampleBytes(100_000);

test('a directory is a page of relative links, escaped, and no script may run', async (t) => {
  const { ask } = await openDoor(t, {
    '/site/c/<i>&"x.dcm': { bytes },
    '/site/c/dir/x': { bytes },
    '/site/c/refused': { bytes, refusal: 'VOLUME_GANTRY_TILT' },
  });
  for (const [path, base] of [
    ['/site/c/', './'],
    ['/site/c', './c/'],
  ] as const) {
    const response = await ask('GET', path);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(
      response.headers.get('content-security-policy') ?? '',
      /^default-src 'none'; style-src 'sha256-/,
    );
    assert.equal(response.headers.get('content-disposition'), null);
    const html = await response.text();
    assert.ok(html.includes(`<a href="${base}dir/">dir/</a>`));
    assert.ok(html.includes(`<a href="${base}%3Ci%3E%26%22x.dcm">&lt;i&gt;&amp;&quot;x.dcm</a>`));
    assert.ok(html.includes('cannot be read (VOLUME_GANTRY_TILT)'));
    assert.ok(html.includes('<td class="number">100,000</td>'));
    assert.doesNotMatch(html, /<i>|<script/);
    const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    assert.ok(response.headers.get('content-security-policy')?.includes(`'sha256-${digest}'`));
  }
  const head = await ask('HEAD', '/site/c');
  assert.equal(head.status, 200);
});

test('a large directory has a link to its next page; JSON tells the same', async (t) => {
  const count = webdavLimits.pageEntries + 3;
  const paths = Array.from(
    { length: count },
    (_, index) => `/big/i-${String(index).padStart(6, '0')}`,
  );
  const { ask } = await openDoor(
    t,
    Object.fromEntries(paths.map((path) => [path, { bytes: sampleBytes(3) }])),
  );
  const html = await (await ask('GET', '/big/')).text();
  const [, next = ''] = /<a href="\.\/(\?cursor=[^"]+)" rel="next">/.exec(html) ?? [];
  const second = await (await ask('GET', `/big/${next}`)).text();
  assert.equal([...second.matchAll(/<a href="\.\/i-/g)].length, 3);
  assert.doesNotMatch(second, /rel="next"/);
  const json = await ask('GET', '/big', { headers: { accept: 'application/json' } });
  const listed = (await json.json()) as { entries: { name: string; size: number }[]; next: string };
  assert.equal(listed.entries.length, webdavLimits.pageEntries);
  assert.equal(listed.entries[0]?.size, 3);
  assert.equal(`?cursor=${listed.next}`, next);
});
