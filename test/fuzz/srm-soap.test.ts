import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { accessErrors } from '../../src/access/errors.ts';
import { accessLimits } from '../../src/access/limits.ts';
import { readSoapCall } from '../../src/access/srm/soap/reader.ts';
import { parseSurl } from '../../src/access/srm/surl.ts';

// Whatever arrives, the readers of the SRM door give a value or one of the documented errors.

/** In the form srm-ifce (gSOAP) sends. */
const real = (operation: string, parameters: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:srm2="http://srm.lbl.gov/StorageResourceManager"><SOAP-ENV:Body SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><srm2:${operation}><${operation}Request>${parameters}</${operation}Request></srm2:${operation}></SOAP-ENV:Body></SOAP-ENV:Envelope>`;

const samples = [
  real(
    'srmLs',
    '<arrayOfSURLs><urlArray>srm://localhost/site/a.dcm</urlArray></arrayOfSURLs><storageSystemInfo xsi:nil="true"/><fullDetailedList>true</fullDetailedList><numOfLevels>1</numOfLevels><offset>1000</offset><count>1000</count>',
  ),
  real(
    'srmPrepareToGet',
    '<arrayOfFileRequests><requestArray><sourceSURL>srm://localhost/site/a.dcm</sourceSURL></requestArray></arrayOfFileRequests><desiredTotalRequestTime>3600</desiredTotalRequestTime><transferParameters><arrayOfTransferProtocols><stringArray>gsiftp</stringArray><stringArray>https</stringArray></arrayOfTransferProtocols></transferParameters>',
  ),
  real('srmPing', '<authorizationID></authorizationID>'),
  real(
    'srmRm',
    '<arrayOfSURLs href="#a"/></srmRmRequest></srm2:srmRm><x id="a"><urlArray>y</urlArray></x><srm2:srmRm><srmRmRequest>',
  ),
];

function check(bytes: Uint8Array): 'read' | 'refused' {
  try {
    const { request } = readSoapCall(bytes, accessLimits);
    for (const child of request.children) for (const inner of child.children) assert.ok(inner.name);
    return 'read';
  } catch (error) {
    assert.ok(accessErrors.has(error), String(error));
    return 'refused';
  }
}

test('canary: the samples themselves are read', () => {
  for (const sample of samples) assert.equal(check(Buffer.from(sample)), 'read');
});

const sample = fc.constantFrom(...samples).map((text) => Buffer.from(text));
const pieces = [
  '<',
  '>',
  '&',
  '"',
  '</',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<!DOCTYPE a>',
  '&#0;',
];
const piece = fc.oneof(
  fc.constantFrom(...pieces, 'xmlns:x="', 'href="#a"', 'xsi:nil="true"', '\0', '\ufeff'),
  fc.string({ maxLength: 8 }),
);

test('no change of bytes brings anything but a call or a documented error', () => {
  const change = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255));
  fc.assert(
    fc.property(sample, fc.array(change, { minLength: 1, maxLength: 6 }), (bytes, changes) => {
      const bad = Buffer.from(bytes);
      for (const [where, value] of changes) bad[Math.floor(where * (bad.length - 1))] = value;
      check(bad);
    }),
    { numRuns: 2000 },
  );
});

test('no cut, repetition or insertion does', () => {
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(sample, at, at, piece, (bytes, from, to, text) => {
      const [start = 0, end = 0] = [from, to]
        .map((where) => Math.floor(where * bytes.length))
        .toSorted((a, b) => a - b);
      const insert = Buffer.from(text);
      check(Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]));
      check(Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]));
      check(Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start)]));
    }),
    { numRuns: 1500 },
  );
});

test('no string makes parseSurl do anything but parse or refuse, and what it gives is canonical', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'srm://',
      'h',
      ':80',
      '/',
      '//',
      '?SFN=',
      '/srm/managerv2',
      '..',
      '%2e',
      '[::1]',
    ),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
      const text = parts.join('');
      try {
        const { path } = parseSurl(text, accessLimits);
        assert.match(path, /^\/$|^(\/[^/]+)+$/s);
      } catch (error) {
        assert.ok(accessErrors.has(error), String(error));
      }
    }),
    { numRuns: 3000 },
  );
});
