import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { utf8 } from '../../lib/bytes/bytes.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { parsePropfindBody } from './propfind-body.ts';

const parse = (text: string): unknown => parsePropfindBody(utf8(text));

test('an empty body and allprop ask for everything', () => {
  assert.deepEqual(parse(''), { kind: 'allprop', include: [] });
  const all = '<propfind xmlns="DAV:"><allprop/></propfind>';
  assert.deepEqual(parse(all), { kind: 'allprop', include: [] });
  const included =
    '<a:propfind xmlns:a="DAV:"><a:allprop/><a:include><a:x/></a:include></a:propfind>';
  assert.deepEqual(parse(included), {
    kind: 'allprop',
    include: [{ namespace: 'DAV:', name: 'x' }],
  });
  assert.deepEqual(parse('<propfind xmlns="DAV:"><propname/></propfind>'), { kind: 'propname' });
});

test('prop gives the names with their namespaces, whatever the prefixes', () => {
  const text = `<?xml version="1.0"?>
    <d:propfind xmlns:d="DAV:" xmlns:o="http://owncloud.org/ns">
      <d:prop><d:getetag/><o:checksums><d:nested/></o:checksums><n xmlns=""/></d:prop>
    </d:propfind>`;
  assert.deepEqual(parse(text), {
    kind: 'prop',
    names: [
      { namespace: 'DAV:', name: 'getetag' },
      { namespace: 'http://owncloud.org/ns', name: 'checksums' },
      { namespace: '', name: 'n' },
    ],
  });
});

const bomb = `<!DOCTYPE p [<!ENTITY a "${'x'.repeat(100)}"><!ENTITY b "&a;&a;&a;">]><p xmlns="DAV:">&b;</p>`;
const external =
  '<!DOCTYPE p SYSTEM "file:///etc/passwd"><propfind xmlns="DAV:"><prop/></propfind>';

const refused: Readonly<Record<string, readonly [string, string]>> = {
  'an entity bomb': [bomb, 'WEBDAV_BODY_INVALID'],
  'an external document type': [external, 'WEBDAV_BODY_INVALID'],
  'an unknown entity': ['<propfind xmlns="DAV:"><prop/>&x;</propfind>', 'WEBDAV_BODY_INVALID'],
  'another root': ['<prop xmlns="DAV:"/>', 'WEBDAV_BODY_INVALID'],
  'another namespace': ['<propfind><prop/></propfind>', 'WEBDAV_BODY_INVALID'],
  'no question': ['<propfind xmlns="DAV:"/>', 'WEBDAV_BODY_INVALID'],
  'two questions': ['<propfind xmlns="DAV:"><prop/><allprop/></propfind>', 'WEBDAV_BODY_INVALID'],
  'an end that is missing': ['<propfind xmlns="DAV:"><prop>', 'WEBDAV_BODY_INVALID'],
  'an unbound prefix': [
    '<propfind xmlns="DAV:"><prop><x:y/></prop></propfind>',
    'WEBDAV_BODY_INVALID',
  ],
  JSON: ['{}', 'WEBDAV_BODY_INVALID'],
  depth: [
    `<propfind xmlns="DAV:"><prop>${'<a>'.repeat(40)}${'</a>'.repeat(40)}</prop></propfind>`,
    'WEBDAV_BODY_TOO_LARGE',
  ],
  'many names': [
    `<propfind xmlns="DAV:"><prop>${'<a/>'.repeat(400)}</prop></propfind>`,
    'WEBDAV_BODY_TOO_LARGE',
  ],
  'a long name': [
    `<propfind xmlns="DAV:"><prop><${'a'.repeat(300)}/></prop></propfind>`,
    'WEBDAV_BODY_TOO_LARGE',
  ],
};

for (const [name, [text, code]] of Object.entries(refused)) {
  test(`refuses ${name}`, () => {
    assert.throws(() => parse(text), { code });
  });
}

test('bytes that are not UTF-8 are refused', () => {
  assert.throws(() => parsePropfindBody(Uint8Array.of(0xff, 0xfe, 0x3c)), {
    code: 'WEBDAV_BODY_INVALID',
  });
});

test('anything else is an answer or a coded refusal', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '/',
    'propfind',
    ' xmlns="DAV:"',
    'prop',
    '&amp;',
    '"',
    '!',
    '[',
    ']',
    '?',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        parse(pieces.join(''));
      } catch (error) {
        assert.match(codeOf(error) ?? '', /^WEBDAV_BODY_/);
      }
    }),
    { numRuns: 2000 },
  );
});
