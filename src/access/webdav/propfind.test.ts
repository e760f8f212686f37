import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDoor, sampleBytes } from '../../../test/support/webdav-door.ts';
import { filesErrors } from '../../files/errors.ts';
import { webdavLimits } from './limits.ts';

const bytes = sampleBytes(100_000);
const folder = '/site/c/p-1/t-1/s-1';
const file = `${folder}/i-1.dcm`;
const tree = { [file]: { bytes } };

const body = async (response: Response): Promise<Buffer> =>
  Buffer.from(await response.arrayBuffer());
const same = (actual: Uint8Array, expected: Uint8Array): void =>
  assert.equal(Buffer.compare(actual, expected), 0);

test('an unknown size is absent, never 0: HEAD and PROPFIND; GET knows it', async (t) => {
  const { ask } = await openDoor(t, { [file]: { bytes, state: 'cold' } });
  const head = await ask('HEAD', file);
  assert.equal(head.status, 200);
  assert.equal(head.headers.get('content-length'), null);
  assert.equal(head.headers.get('transfer-encoding'), null);
  assert.equal(head.headers.get('etag'), null);
  const found = await (await ask('PROPFIND', file, { headers: { depth: '0' } })).text();
  assert.doesNotMatch(found, /getcontentlength|getetag/);
  const page = await (await ask('GET', `${folder}/`, { headers: { accept: 'text/html' } })).text();
  assert.match(page, /<td class="number">unknown<\/td>/);
  same(await body(await ask('GET', file)), bytes);
});

test('PROPFIND 0 and 1: the entry first, directories with a slash, properties as asked', async (t) => {
  const { ask } = await openDoor(t, tree);
  const zero = await ask('PROPFIND', folder, { headers: { depth: '0' } });
  assert.equal(zero.status, 207);
  assert.equal(zero.headers.get('content-type'), 'application/xml; charset=utf-8');
  assert.deepEqual(hrefs(await zero.text()), [`${folder}/`]);
  const above = await (await ask('PROPFIND', '/site', { headers: { depth: '1' } })).text();
  assert.deepEqual(hrefs(above), ['/site/', '/site/c/']);
  const one = await (await ask('PROPFIND', `${folder}/`, { headers: { depth: '1' } })).text();
  assert.deepEqual(hrefs(one), [`${folder}/`, file]);
  assert.match(one, /<D:getcontentlength>100000<\/D:getcontentlength>/);
  assert.match(one, /<D:resourcetype><D:collection\/><\/D:resourcetype>/);
  assert.match(one, /<D:creationdate>2024-01-02T03:04:05Z<\/D:creationdate>/);
  assert.match(one, /<D:getetag>&quot;v-[0-9a-f]{32}&quot;<\/D:getetag>/);
  assert.deepEqual(hrefs(await (await ask('PROPFIND', file, { headers: { depth: '1' } })).text()), [
    file,
  ]);
  const asked =
    '<propfind xmlns="DAV:"><prop><getcontentlength/><quota/><z xmlns="u:&quot;"/></prop></propfind>';
  const some = await (await ask('PROPFIND', file, { headers: { depth: '0' }, body: asked })).text();
  const expected =
    '<D:propstat><D:prop><D:getcontentlength>100000</D:getcontentlength></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>' +
    '<D:propstat><D:prop><D:quota/><x:z xmlns:x="u:&quot;"/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>';
  assert.ok(some.includes(expected), some);
  const names = '<propfind xmlns="DAV:"><propname/></propfind>';
  const named = await (
    await ask('PROPFIND', file, { headers: { depth: '0' }, body: names })
  ).text();
  assert.match(named, /<D:getetag\/>/);
});

const hrefs = (xml: string): string[] =>
  [...xml.matchAll(/<D:href>([^<]*)</g)].map(([, href = '']) => href);

test('PROPFIND pages through a large directory', async (t) => {
  const count = webdavLimits.pageEntries * 2 + 17;
  const paths = Array.from(
    { length: count },
    (_, index) => `${folder}/i-${String(index).padStart(6, '0')}.dcm`,
  );
  const { ask, files } = await openDoor(
    t,
    Object.fromEntries(paths.map((path) => [path, { bytes: sampleBytes(3) }])),
  );
  const xml = await (await ask('PROPFIND', folder, { headers: { depth: '1' } })).text();
  assert.deepEqual(hrefs(xml), [`${folder}/`, ...paths]);
  assert.equal(files.calls.filter((call) => call.startsWith('list ')).length, 3);
});

test('PROPFIND that fails between two pages cuts the connection', async (t) => {
  const count = webdavLimits.pageEntries + 1;
  const paths = Array.from({ length: count }, (_, index) => `${folder}/i-${index}.dcm`);
  const { ask, files } = await openDoor(
    t,
    Object.fromEntries(paths.map((path) => [path, { bytes: sampleBytes(3) }])),
  );
  const list = files.list.bind(files);
  files.list = (caller, path, page) =>
    page.cursor === undefined
      ? list(caller, path, page)
      : Promise.reject(filesErrors.create('FILES_NOT_FOUND'));
  await assert.rejects(ask('PROPFIND', folder, { headers: { depth: '1' } }).then(body));
});

test('infinite depth, also by leaving it out, is refused in the words of WebDAV', async (t) => {
  const { ask, files } = await openDoor(t, tree);
  for (const headers of [{}, { depth: 'infinity' }, { depth: 'Infinity' }]) {
    const response = await ask('PROPFIND', '/', { headers });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /<D:propfind-finite-depth\/>/);
  }
  assert.deepEqual(files.calls, []);
});

test('a PROPFIND body with a document type, or too long, is refused and nothing is looked up', async (t) => {
  const { ask, files } = await openDoor(t, tree);
  const rows = [
    ['<!DOCTYPE x [<!ENTITY a "a">]><propfind xmlns="DAV:"><allprop/></propfind>', 400],
    [`<propfind xmlns="DAV:">${' '.repeat(70_000)}<allprop/></propfind>`, 413],
  ] as const;
  for (const [text, status] of rows) {
    const response = await ask('PROPFIND', '/', { headers: { depth: '0' }, body: text });
    assert.equal(response.status, status);
  }
  assert.deepEqual(files.calls, []);
});
