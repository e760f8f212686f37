import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '../../../lib/bytes/bytes.ts';
import { codeOf } from '../../../lib/errors/mdm-error.ts';
import { accessLimits } from '../../limits.ts';
import { elementsAt, textOf, textsAt } from './element.ts';
import { envelopeNamespace, readSoapCall, srmNamespace } from './reader.ts';
import { arrayOf, element, field, soapFault, soapReply } from './writer.ts';

function envelope(body: string): string {
  return `<?xml version="1.0"?><E:Envelope xmlns:E="${envelopeNamespace}" xmlns:s="${srmNamespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><E:Body>${body}</E:Body></E:Envelope>`;
}

function read(text: string, limits = accessLimits) {
  return readSoapCall(utf8(text), limits);
}

test('a call is what the body says, whatever the prefixes', () => {
  const { operation, request } = read(
    envelope(
      '<s:srmLs><srmLsRequest><arrayOfSURLs><urlArray>srm://h/a</urlArray><urlArray>srm://h/b&amp;c</urlArray></arrayOfSURLs><storageSystemInfo xsi:nil="true"/><numOfLevels> 1 </numOfLevels></srmLsRequest></s:srmLs>',
    ),
  );
  assert.equal(operation, 'srmLs');
  assert.deepEqual(textsAt(request, 'arrayOfSURLs', 'urlArray'), ['srm://h/a', 'srm://h/b&c']);
  assert.equal(textOf(request, 'numOfLevels'), '1');
  assert.equal(textOf(request, 'storageSystemInfo'), undefined);
  assert.deepEqual(elementsAt(request, 'absent', 'urlArray'), []);
});

test('multi-reference values are followed, and circles of them end', () => {
  const { request } = read(
    envelope(
      '<s:srmRm><srmRmRequest href="#id0"/></s:srmRm><m id="id0"><arrayOfSURLs href="#id1"/><loop href="#id0"/></m><m id="id1"><urlArray>srm://h/a</urlArray></m>',
    ),
  );
  assert.deepEqual(textsAt(request, 'arrayOfSURLs', 'urlArray'), ['srm://h/a']);
  assert.deepEqual(textsAt(request, 'loop', 'loop', 'arrayOfSURLs', 'urlArray'), ['srm://h/a']);
  const self = read(envelope('<s:srmRm><srmRmRequest id="x" href="#x"/></s:srmRm>'));
  assert.deepEqual(self.request.children, []);
});

const refused: readonly (readonly [title: string, code: string, text: string])[] = [
  ['nothing', 'ACCESS_SOAP_MALFORMED', ''],
  ['no XML', 'ACCESS_SOAP_MALFORMED', 'hello'],
  ['two roots', 'ACCESS_SOAP_MALFORMED', '<a/><b/>'],
  ['an unclosed element', 'ACCESS_SOAP_MALFORMED', envelope('<s:srmLs>')],
  ['an unknown prefix', 'ACCESS_SOAP_MALFORMED', envelope('<t:srmLs/>')],
  ['another namespace', 'ACCESS_SOAP_MALFORMED', envelope('<srmLs xmlns="urn:x"/>')],
  ['an empty body', 'ACCESS_SOAP_MALFORMED', envelope('')],
  [
    'SOAP 1.2',
    'ACCESS_SOAP_MALFORMED',
    '<E:Envelope xmlns:E="http://www.w3.org/2003/05/soap-envelope"><E:Body/></E:Envelope>',
  ],
  ['a document type', 'ACCESS_SOAP_MALFORMED', `<!DOCTYPE x>${envelope('<s:srmPing/>').slice(21)}`],
  [
    'an entity bomb',
    'ACCESS_SOAP_MALFORMED',
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
  ],
  [
    'an external entity',
    'ACCESS_SOAP_MALFORMED',
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
  ],
  ['an undeclared entity', 'ACCESS_SOAP_MALFORMED', envelope('<s:srmLs>&nbsp;</s:srmLs>')],
  ['a processing instruction', 'ACCESS_SOAP_MALFORMED', envelope('<?x y?><s:srmPing/>')],
  ['deep nesting', 'ACCESS_SOAP_TOO_COMPLEX', envelope('<a>'.repeat(100))],
  ['many elements', 'ACCESS_SOAP_TOO_COMPLEX', envelope('<a/>'.repeat(30_000))],
  [
    'many attributes',
    'ACCESS_SOAP_TOO_COMPLEX',
    envelope(`<a ${Array.from({ length: 100 }, (_, index) => `x${index}=""`).join(' ')}/>`),
  ],
];

for (const [title, code, text] of refused) {
  test(`refused with its code: ${title}`, () => {
    assert.throws(
      () => read(text),
      (error) => codeOf(error) === code,
    );
  });
}

test('bytes that are no UTF-8 are refused', () => {
  const bytes = Buffer.from(envelope('<s:srmLs>\xe9</s:srmLs>'), 'latin1');
  assert.throws(
    () => readSoapCall(bytes, accessLimits),
    (error) => codeOf(error) === 'ACCESS_SOAP_MALFORMED',
  );
});

test('a reply holds text that was escaped, and nothing for what is absent', () => {
  const reply = soapReply('srmX', [
    field('a', `<&>"'\u0000\ud800é`),
    field('b', undefined),
    arrayOf('c', []),
    element('d', field('e', 0)),
  ]);
  assert.ok(reply.includes("<srm:srmXResponse><srmXResponse><a>&lt;&amp;&gt;&quot;'??&#233;</a>"));
  assert.ok(reply.includes('</a><d><e>0</e></d></srmXResponse></srm:srmXResponse></soap:Body>'));
  assert.match(soapFault('Client', 'no'), /<faultcode>soap:Client<\/faultcode>/);
});
