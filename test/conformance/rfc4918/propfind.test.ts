import assert from 'node:assert/strict';
import {
  type Ask,
  type Row,
  type RowAnswer,
  rowBytes,
  rowCold,
  rowFile,
  rowFolder,
  rowRefused,
  testRows,
} from '../../support/door-rows.ts';

// WebDAV class 1 without writing: PROPFIND, and what OPTIONS says of it.

const find = (
  ask: Ask,
  path: string,
  options: { readonly depth?: string; readonly body?: string; readonly agent?: string } = {},
): Promise<RowAnswer> => {
  const { depth = '0', body = '', agent } = options;
  const headers = [
    ...(depth === '' ? [] : [`Depth: ${depth}`]),
    ...(agent === undefined ? [] : [`User-Agent: ${agent}`]),
  ];
  return ask({ line: `PROPFIND ${path}`, headers, body });
};

const text = (answer: RowAnswer): string => answer.body.toString();
const hrefs = (answer: RowAnswer): readonly string[] =>
  [...text(answer).matchAll(/<D:href>([^<]*)</g)].map(([, href = '']) => href);
const asked = (inner: string): string =>
  `<propfind xmlns="DAV:" xmlns:u="urn:u">${inner}</propfind>`;

/** Names in the propstat of a status, in order. */
function named(answer: RowAnswer, status: string): readonly string[] {
  const stats = text(answer).split('<D:propstat>').slice(1);
  const stat = stats.find((one) => one.includes(`HTTP/1.1 ${status}`)) ?? '';
  const prop = /<D:prop>(.*?)<\/D:prop>/s.exec(stat)?.[1] ?? '';
  return [...prop.matchAll(/<(?:\w:)?([\w-]+)[ />]/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'collection');
}

const live = [
  'resourcetype',
  'displayname',
  'getcontentlength',
  'getcontenttype',
  'getetag',
  'getlastmodified',
  'creationdate',
];

const rows: readonly Row[] = [
  [
    '5.2',
    'a collection has a slash at its end, and is found without',
    async (ask) => {
      for (const path of [rowFolder, `${rowFolder}/`]) {
        assert.deepEqual(hrefs(await find(ask, path)), [`${rowFolder}/`]);
      }
      const without = await find(ask, rowFolder);
      assert.equal(without.headers.get('content-location'), `${rowFolder}/`);
      const file = await find(ask, `${rowFile}/`);
      assert.equal(file.status, 409, 'a file is no collection');
    },
  ],
  [
    '8.1.1',
    'who may not know that something exists gets the answer of what does not',
    async (ask) => assert.equal((await find(ask, '/site/c/none')).status, 404),
  ],
  [
    '8.3',
    'an href is an absolute path, percent-encoded',
    async (ask) => {
      for (const href of hrefs(await find(ask, rowFolder, { depth: '1' }))) {
        assert.match(href, /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]+$/);
      }
    },
  ],
  [
    '8.6',
    'PROPFIND has no entity tag of its own and is stored by no cache',
    async (ask) => {
      const { headers } = await find(ask, rowFile);
      assert.equal(headers.get('etag'), null);
      assert.equal(headers.get('cache-control'), 'private, no-store');
      assert.equal(headers.get('vary'), 'Authorization, Depth, User-Agent');
    },
  ],
  [
    '9.1',
    'depth 0 is the resource, depth 1 its members too, itself first',
    async (ask) => {
      assert.deepEqual(hrefs(await find(ask, rowFolder)), [`${rowFolder}/`]);
      const one = await find(ask, rowFolder, { depth: '1' });
      assert.deepEqual(hrefs(one), [`${rowFolder}/`, rowFile, rowCold, rowRefused]);
      assert.deepEqual(hrefs(await find(ask, rowFile, { depth: '1' })), [rowFile]);
      assert.deepEqual(hrefs(await find(ask, '/', { depth: '1' })), ['/', '/site/']);
    },
  ],
  [
    '9.1',
    'no Depth is infinity, which is refused with its precondition',
    async (ask) => {
      for (const depth of ['', 'infinity', 'Infinity']) {
        const answer = await find(ask, '/', { depth });
        assert.equal(answer.status, 403, depth);
        assert.match(
          text(answer),
          /<D:error xmlns:D="DAV:"><D:propfind-finite-depth\/><\/D:error>/,
        );
        assert.match(answer.headers.get('content-type') ?? '', /^application\/xml/);
      }
    },
  ],
  [
    '9.1',
    'no body is allprop',
    async (ask) => {
      const [none, all] = [
        await find(ask, rowFile),
        await find(ask, rowFile, { body: asked('<allprop/>') }),
      ];
      assert.equal(text(none), text(all));
    },
  ],
  [
    '9.1',
    'a property that is not there is 404 in its propstat, the others 200',
    async (ask) => {
      const body = asked('<prop><getetag/><lockdiscovery/><u:x/><getcontentlength/></prop>');
      const answer = await find(ask, rowFile, { body });
      assert.equal(answer.status, 207);
      assert.deepEqual(named(answer, '200'), ['getetag', 'getcontentlength']);
      assert.deepEqual(named(answer, '404'), ['lockdiscovery', 'x']);
      const none = await find(ask, rowFile, { body: asked('<prop><u:x/></prop>') });
      assert.deepEqual([named(none, '200'), named(none, '404')], [[], ['x']]);
    },
  ],
  [
    '9.1.4',
    'propname gives names alone, of what the resource has',
    async (ask) => {
      const answer = await find(ask, rowFile, { body: asked('<propname/>') });
      assert.deepEqual(named(answer, '200'), live);
      assert.doesNotMatch(text(answer), /<D:getetag>/);
      const cold = await find(ask, rowCold, { body: asked('<propname/>') });
      const unknown = new Set(['getcontentlength', 'getetag']);
      assert.deepEqual(
        named(cold, '200'),
        live.filter((name) => !unknown.has(name)),
      );
    },
  ],
  [
    '9.1.5',
    'allprop gives every live property of this specification that the resource has',
    async (ask) => {
      assert.deepEqual(named(await find(ask, rowFile), '200'), live);
      const folder = await find(ask, rowFolder);
      assert.deepEqual(named(folder, '200'), [
        'resourcetype',
        'displayname',
        'getlastmodified',
        'creationdate',
      ]);
    },
  ],
  [
    '9.1.6',
    'allprop with include tells of those too',
    async (ask) => {
      const body = asked('<allprop/><include><getetag/><supported-live-property-set/></include>');
      const answer = await find(ask, rowFile, { body });
      assert.deepEqual(named(answer, '200'), live);
      assert.deepEqual(named(answer, '404'), ['supported-live-property-set']);
    },
  ],
  [
    '10.1',
    'OPTIONS names the class',
    async (ask) => {
      const answer = await ask({ line: `OPTIONS ${rowFolder}/` });
      assert.equal(answer.headers.get('dav'), '1');
      assert.match(answer.headers.get('allow') ?? '', /\bPROPFIND\b/);
    },
  ],
  [
    '10.2',
    'a Depth that is none of 0, 1 and infinity is a bad request',
    async (ask) => {
      for (const depth of ['2', '-1', '1,noroot', 'one', '0 1', '01']) {
        const answer = await find(ask, '/', { depth });
        assert.equal(answer.status, 400, depth);
        assert.match(text(answer), /WEBDAV_DEPTH_INVALID/);
      }
    },
  ],
  [
    '11.1',
    'the answer is 207, as XML in UTF-8',
    async (ask) => {
      const answer = await find(ask, rowFile);
      assert.equal(answer.status, 207);
      assert.equal(answer.headers.get('content-type'), 'application/xml; charset=utf-8');
      assert.match(text(answer), /^<\?xml version="1\.0" encoding="utf-8"\?>/);
    },
  ],
  [
    '15.1',
    'creationdate is a time of RFC 3339',
    async (ask) => {
      const answer = await find(ask, rowFile);
      assert.match(text(answer), /<D:creationdate>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ</);
    },
  ],
  [
    '15.4',
    'getcontentlength is the Content-Length of GET',
    async (ask) => {
      const answer = await find(ask, rowFile);
      assert.match(text(answer), new RegExp(`<D:getcontentlength>${rowBytes.length}<`));
    },
  ],
  [
    '15.4',
    'getcontentlength is absent where GET would have none to say; two that take that for 0 get -1',
    async (ask) => {
      for (const agent of [undefined, 'curl/7.88.1', 'not-rclone/1', 'gfal2-util/1.8.0']) {
        const answer = await find(ask, rowCold, agent === undefined ? {} : { agent });
        assert.doesNotMatch(text(answer), /getcontentlength/, agent);
      }
      const agent = 'rclone/v1.60.1-DEV';
      for (const one of [agent, 'davfs2/1.6.1 neon/0.32.5']) {
        assert.match(text(await find(ask, rowCold, { agent: one })), /<D:getcontentlength>-1</);
      }
      const known = await find(ask, rowFile, { agent });
      assert.match(text(known), new RegExp(`<D:getcontentlength>${rowBytes.length}<`));
      const folder = await find(ask, rowFolder, { agent });
      assert.doesNotMatch(text(folder), /getcontentlength/);
    },
  ],
  [
    '15.6',
    'getetag and getlastmodified are the ETag and Last-Modified of GET',
    async (ask) => {
      const answer = text(await find(ask, rowFile));
      const { headers } = await ask({ line: `HEAD ${rowFile}` });
      const etag = (headers.get('etag') ?? '').replaceAll('"', '&quot;');
      assert.ok(answer.includes(`<D:getetag>${etag}</D:getetag>`));
      assert.ok(answer.includes(`<D:getlastmodified>${headers.get('last-modified')}<`));
    },
  ],
  [
    '17',
    'a property of another namespace keeps it',
    async (ask) => {
      const body = asked('<prop><u:x/></prop>');
      assert.match(text(await find(ask, rowFile, { body })), /<x:x xmlns:x="urn:u"\/>/);
    },
  ],
  [
    '20.6',
    'a body with a document type is refused: no entity is ever read',
    async (ask) => {
      const body = `<!DOCTYPE x [<!ENTITY a "a">]>${asked('<allprop/>')}`;
      assert.equal((await find(ask, '/', { body })).status, 400);
      assert.equal((await find(ask, '/', { body: '<x' })).status, 400);
    },
  ],
];

testRows('RFC 4918', rows);
