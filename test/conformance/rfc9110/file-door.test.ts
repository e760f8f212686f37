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

// HTTP semantics for the methods that are served: GET, HEAD, OPTIONS. What RFC 9112 adds about targets
// and versions is here too; PROPFIND has its own table (RFC 4918).

const size = rowBytes.length;
const modified = 'Thu, 13 Jun 2024 10:15:00 GMT';
const earlier = 'Thu, 13 Jun 2024 10:14:59 GMT';

const get = (ask: Ask, ...headers: readonly string[]): Promise<RowAnswer> =>
  ask({ line: `GET ${rowFile}`, headers });
const head = (ask: Ask, ...headers: readonly string[]): Promise<RowAnswer> =>
  ask({ line: `HEAD ${rowFile}`, headers });
const same = (actual: Uint8Array, expected: Uint8Array): void =>
  assert.equal(Buffer.compare(actual, expected), 0);

async function etagOf(ask: Ask): Promise<string> {
  return (await head(ask)).headers.get('etag') ?? assert.fail('no entity tag');
}

/** The status of GET and HEAD with these conditions. */
const conditional =
  (expected: number, headersOf: (etag: string) => readonly string[]) =>
  async (ask: Ask): Promise<void> => {
    const headers = headersOf(await etagOf(ask));
    for (const method of [get, head]) {
      const answer = await method(ask, ...headers);
      assert.equal(answer.status, expected, headers.join('; '));
      if (expected === 304) assert.equal(answer.body.length, 0);
    }
  };

/** GET with a Range: 206 with these bytes, 416, or 200 with all. */
const ranged =
  (range: string, expected: readonly [number, number] | 416 | 200) =>
  async (ask: Ask): Promise<void> => {
    const answer = await get(ask, `Range: ${range}`);
    if (expected === 416) {
      assert.equal(answer.status, 416);
      assert.equal(answer.headers.get('content-range'), `bytes */${size}`);
      return;
    }
    if (expected === 200) {
      assert.equal(answer.status, 200);
      return same(answer.body, rowBytes);
    }
    const [first, end] = expected;
    assert.equal(answer.status, 206);
    assert.equal(answer.headers.get('content-range'), `bytes ${first}-${end - 1}/${size}`);
    same(answer.body, rowBytes.subarray(first, end));
  };

const rows: readonly Row[] = [
  [
    '5.6.7',
    'all three forms of a date are read',
    async (ask) => {
      const dates = [modified, 'Thursday, 13-Jun-24 10:15:00 GMT', 'Thu Jun 13 10:15:00 2024'];
      for (const date of dates) {
        const answer = await get(ask, `If-Modified-Since: ${date}`);
        assert.equal(answer.status, 304, date);
      }
    },
  ],
  [
    '6.6.1',
    'a response has a Date, in IMF-fixdate',
    async (ask) => {
      for (const { headers } of [await get(ask), await get(ask, 'If-None-Match: *')]) {
        assert.match(headers.get('date') ?? '', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
      }
    },
  ],
  [
    '8.6',
    'Content-Length is that of the body',
    async (ask) => {
      const answer = await get(ask);
      assert.equal(answer.headers.get('content-length'), String(size));
      same(answer.body, rowBytes);
    },
  ],
  [
    '8.8.2',
    'Last-Modified is not later than Date',
    async (ask) => {
      const { headers } = await get(ask);
      assert.equal(headers.get('last-modified'), modified);
      assert.ok(Date.parse(modified) <= Date.parse(headers.get('date') ?? ''));
    },
  ],
  [
    '8.8.3',
    'the entity tag is strong, quoted, and the same for GET and HEAD',
    async (ask) => {
      const etag = (await get(ask)).headers.get('etag') ?? '';
      assert.match(etag, /^"[!#-~]+"$/);
      assert.equal(await etagOf(ask), etag);
    },
  ],
  [
    '8.8.3.3',
    'two representations have two tags: the plain and the sealed form',
    async (ask) => {
      const sealed = await ask({ line: `HEAD ${rowFile}.c4gh` });
      assert.notEqual(sealed.headers.get('etag'), await etagOf(ask));
    },
  ],
  [
    '9.3.1',
    'a body of GET has no meaning',
    async (ask) => {
      const answer = await ask({ line: `GET ${rowFile}`, body: '<x/>' });
      assert.equal(answer.status, 200);
    },
  ],
  [
    '9.3.2',
    'HEAD has the header fields of GET and no content',
    async (ask) => {
      const [whole, only] = [await get(ask), await head(ask)];
      assert.equal(only.body.length, 0);
      for (const [name, value] of whole.headers) {
        if (name !== 'date') assert.equal(only.headers.get(name), value, name);
      }
    },
  ],
  [
    '9.3.2',
    'HEAD of what GET refuses is refused alike, without content',
    async (ask) => {
      for (const path of [rowRefused, '/site/c/none', '/site/c/p-1/t-1/s-1/%2e%2e']) {
        const [whole, only] = [
          await ask({ line: `GET ${path}` }),
          await ask({ line: `HEAD ${path}` }),
        ];
        assert.ok(whole.status >= 400, path);
        assert.equal(only.status, whole.status, path);
        assert.equal(only.body.length, 0);
      }
    },
  ],
  [
    '9.3.2',
    'HEAD of a file whose size is not known has no Content-Length',
    async (ask) => {
      const answer = await ask({ line: `HEAD ${rowCold}` });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-length'), null);
      assert.equal(answer.headers.get('transfer-encoding'), null);
    },
  ],
  [
    '9.3.7',
    'OPTIONS * is about the server',
    async (ask) => {
      const answer = await ask({ line: 'OPTIONS *' });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('allow'), 'OPTIONS, GET, HEAD, PROPFIND');
      assert.equal(answer.headers.get('content-length'), '0');
    },
  ],
  [
    '10.1.1',
    'an expectation that is not known is refused with 417',
    async (ask) => {
      assert.equal((await get(ask, 'Expect: the-unexpected')).status, 417);
    },
  ],
  [
    '10.2.1',
    '405 names the methods there are',
    async (ask) => {
      for (const method of ['POST', 'TRACE', 'REPORT']) {
        const answer = await ask({ line: `${method} ${rowFile}` });
        assert.equal(answer.status, 405, method);
        assert.equal(answer.headers.get('allow'), 'OPTIONS, GET, HEAD, PROPFIND');
      }
    },
  ],
  [
    '11.6.1',
    '401 says how to prove who one is',
    async (ask) => {
      const answer = await ask({
        line: `GET ${rowFile}`,
        bare: true,
        headers: ['Host: gateway', 'Connection: close'],
      });
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer /);
    },
  ],
  [
    '12.5.3',
    'whatever codings are accepted, the file itself is sent',
    async (ask) => {
      for (const coding of ['gzip', 'identity;q=0', '*;q=0', '']) {
        const answer = await get(ask, `Accept-Encoding: ${coding}`);
        assert.equal(answer.headers.get('content-encoding'), null);
        same(answer.body, rowBytes);
      }
    },
  ],
  [
    '12.5.5',
    'a listing says what it depends on',
    async (ask) => {
      const answer = await ask({ line: `GET ${rowFolder}/` });
      assert.match(answer.headers.get('vary') ?? '', /Accept/);
    },
  ],
  ['13.1.1', 'If-Match with the tag', conditional(200, (etag) => [`If-Match: "x", ${etag}`])],
  ['13.1.1', 'If-Match compares strongly', conditional(412, (etag) => [`If-Match: W/${etag}`])],
  ['13.1.1', 'If-Match of another', conditional(412, () => ['If-Match: "x"'])],
  ['13.1.1', 'If-Match * is of any', conditional(200, () => ['If-Match: *'])],
  [
    '13.1.1',
    'a tag that holds a comma, or a star, is one tag',
    conditional(412, (etag) => [`If-Match: "a,${etag.slice(1, -1)}", "*"`]),
  ],
  [
    '13.1.2',
    'If-None-Match compares weakly',
    conditional(304, (etag) => [`If-None-Match: W/${etag}`]),
  ],
  [
    '13.1.2',
    'If-None-Match of a list',
    conditional(304, (etag) => [`If-None-Match: "a", ${etag}`]),
  ],
  ['13.1.2', 'If-None-Match * of what exists', conditional(304, () => ['If-None-Match: *'])],
  ['13.1.2', 'If-None-Match of another', conditional(200, () => ['If-None-Match: "x"'])],
  [
    '13.1.2',
    'If-None-Match * of a file that was never read: it exists',
    async (ask) => {
      const answer = await ask({ line: `GET ${rowCold}`, headers: ['If-None-Match: *'] });
      assert.equal(answer.status, 304);
    },
  ],
  [
    '13.1.3',
    'If-Modified-Since does not count beside If-None-Match',
    conditional(200, () => ['If-None-Match: "x"', `If-Modified-Since: ${modified}`]),
  ],
  ['13.1.3', 'not modified since', conditional(304, () => [`If-Modified-Since: ${modified}`])],
  ['13.1.3', 'modified since', conditional(200, () => [`If-Modified-Since: ${earlier}`])],
  [
    '13.1.3',
    'what is no date does not count',
    conditional(200, () => ['If-Modified-Since: 2024-06-13T10:15:00Z']),
  ],
  [
    '13.1.4',
    'If-Unmodified-Since does not count beside If-Match',
    conditional(200, (etag) => [`If-Match: ${etag}`, `If-Unmodified-Since: ${earlier}`]),
  ],
  ['13.1.4', 'not modified since', conditional(200, () => [`If-Unmodified-Since: ${modified}`])],
  ['13.1.4', 'modified since', conditional(412, () => [`If-Unmodified-Since: ${earlier}`])],
  [
    '13.1.4',
    'what is no date does not count',
    conditional(200, () => ['If-Unmodified-Since: 2020-01-01']),
  ],
  [
    '13.1.5',
    'If-Range: the range of the same content, else all',
    async (ask) => {
      const etag = await etagOf(ask);
      const status = async (ifRange: string): Promise<number> =>
        (await get(ask, 'Range: bytes=5-9', `If-Range: ${ifRange}`)).status;
      assert.equal(await status(etag), 206);
      for (const other of ['"x"', `W/${etag}`, modified]) assert.equal(await status(other), 200);
    },
  ],
  [
    '13.2.1',
    'no condition turns a refusal into another answer',
    async (ask) => {
      const answer = await ask({ line: 'GET /site/none', headers: ['If-None-Match: *'] });
      assert.equal(answer.status, 404);
    },
  ],
  [
    '13.2.2',
    'If-Match before If-None-Match',
    conditional(412, (etag) => ['If-Match: "x"', `If-None-Match: ${etag}`]),
  ],
  [
    '13.2.2',
    'conditions before the range',
    async (ask) => {
      const etag = await etagOf(ask);
      const kept = await get(ask, `If-None-Match: ${etag}`, 'Range: bytes=0-0');
      assert.equal(kept.status, 304);
      const outside = await get(ask, 'If-Match: "x"', `Range: bytes=${size}-`);
      assert.equal(outside.status, 412);
    },
  ],
  ['14.1.1', 'a range unit in any case', ranged('BYTES=0-9', [0, 10])],
  ['14.1.1', 'numbers of any length, last', ranged('bytes=0-99999999999999999999', [0, size])],
  ['14.1.1', 'numbers of any length, first', ranged('bytes=99999999999999999999-', 416)],
  ['14.1.1', 'numbers of any length, suffix', ranged('bytes=-99999999999999999999', [0, size])],
  ['14.1.1', 'leading zeros', ranged('bytes=000000000000000000005-00009', [5, 10])],
  ['14.1.2', 'the last bytes', ranged('bytes=-5', [size - 5, size])],
  ['14.1.2', 'no last bytes', ranged('bytes=-0', 416)],
  ['14.1.2', 'from the end on', ranged(`bytes=${size}-`, 416)],
  ['14.1.2', 'the last byte', ranged(`bytes=${size - 1}-`, [size - 1, size])],
  ['14.1.2', 'last before first is no range', ranged('bytes=5-2', 200)],
  ['14.1.2', 'empty elements of the list', ranged('bytes=,0-1,', [0, 2])],
  ['14.2', 'a unit that is not known', ranged('items=0-5', 200)],
  ['14.2', 'what is malformed', ranged('bytes=-', 200)],
  ['14.2', 'more ranges than are worth it', ranged(`bytes=${'0-0,'.repeat(300)}1-1`, 200)],
  [
    '14.2',
    'Range counts for GET only',
    async (ask) => {
      const answer = await head(ask, 'Range: bytes=0-9');
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-length'), String(size));
    },
  ],
  [
    '14.3',
    'a file says that it takes ranges',
    async (ask) => assert.equal((await head(ask)).headers.get('accept-ranges'), 'bytes'),
  ],
  [
    '15.3.7.2',
    'of several parts each has its own Content-Range, and the whole has none',
    async (ask) => {
      const answer = await get(ask, 'Range: bytes=0-0,20000-20001');
      assert.equal(answer.status, 206);
      assert.match(answer.headers.get('content-type') ?? '', /^multipart\/byteranges; boundary=/);
      assert.equal(answer.headers.get('content-range'), null);
      const text = answer.body.toString('latin1');
      assert.ok(text.includes(`Content-Range: bytes 0-0/${size}\r\n`));
      assert.ok(text.includes(`Content-Range: bytes 20000-20001/${size}\r\n`));
    },
  ],
  [
    '15.3.7.2',
    'what is left of several as one part is no multipart',
    async (ask) => {
      const answer = await get(ask, `Range: bytes=5-9,${size}-`);
      assert.equal(answer.status, 206);
      assert.equal(answer.headers.get('content-range'), `bytes 5-9/${size}`);
      same(answer.body, rowBytes.subarray(5, 10));
    },
  ],
  [
    '15.4.5',
    '304 has the fields that 200 would have for a cache, and no content',
    async (ask) => {
      const [whole, kept] = [await get(ask), await get(ask, 'If-None-Match: *')];
      for (const name of ['cache-control', 'etag', 'vary', 'last-modified']) {
        assert.equal(kept.headers.get(name), whole.headers.get(name), name);
      }
      assert.equal(kept.headers.get('content-length'), null);
    },
  ],
  [
    '15.5.15',
    'a target longer than any there is: 414',
    async (ask) => {
      assert.equal((await ask({ line: `GET /${'a'.repeat(5000)}` })).status, 414);
    },
  ],
  [
    '15.6.4',
    '503 says when to come again',
    async (ask) => {
      const answer = await ask({ line: `GET ${rowCold}` });
      assert.equal(answer.status, 503);
      assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
    },
  ],
  [
    '4.2.3',
    'names that differ only in how they are encoded are one',
    async (ask) => {
      for (const path of [rowFile.replace('i-1', '%69%2d1'), rowFile.replace('.dcm', '%2Edcm')]) {
        assert.equal((await ask({ line: `HEAD ${path}` })).status, 200, path);
      }
    },
  ],
];

testRows('RFC 9110', rows);

testRows('RFC 9112', [
  [
    '3.2',
    'a request of HTTP/1.1 without Host, or with two, is refused',
    async (ask) => {
      const line = `GET ${rowFile}`;
      const close = 'Connection: close';
      assert.equal((await ask({ line, bare: true, headers: [close] })).status, 400);
      const two = ['Host: a', 'Host: b', close];
      assert.equal((await ask({ line, bare: true, headers: two })).status, 400);
    },
  ],
  [
    '3.2.2',
    'the absolute form of a target is taken',
    async (ask) => {
      for (const host of ['http://gateway', 'https://other:8443', 'HTTP://gateway']) {
        const answer = await ask({ line: `GET ${host}${rowFile}` });
        same(answer.body, rowBytes);
      }
      const root = await ask({ line: 'GET http://gateway' });
      assert.equal(root.status, 200);
    },
  ],
  [
    '6.1',
    'HTTP/1.0 gets no transfer coding',
    async (ask) => {
      const headers = ['Authorization: Bearer good', 'Depth: 1'];
      for (const line of [`GET ${rowFile}`, `PROPFIND ${rowFolder}/`]) {
        const answer = await ask({ line, version: '1.0', bare: true, headers });
        assert.ok(answer.status === 200 || answer.status === 207, line);
        assert.equal(answer.headers.get('transfer-encoding'), null);
        assert.ok(answer.body.length > 0);
      }
    },
  ],
]);
