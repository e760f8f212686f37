import { Parameters } from '../../src/access/api/parameters.ts';
import { accessLimits } from '../../src/access/limits.ts';
import { textsAt } from '../../src/access/srm/soap/element.ts';
import { readSoapCall } from '../../src/access/srm/soap/reader.ts';
import { webdavLimits } from '../../src/access/webdav/limits.ts';
import { parsePropfindBody } from '../../src/access/webdav/propfind-body.ts';
import { parseRangeHeader, spansOf } from '../../src/access/webdav/range-header.ts';
import { parseRequestTarget } from '../../src/access/webdav/request-target.ts';
import { utf8 } from '../../src/lib/bytes/bytes.ts';
import { checkGrowth } from './growth.ts';

const srm = 'http://srm.lbl.gov/StorageResourceManager';
const soap = 'http://schemas.xmlsoap.org/soap/envelope/';

function prepareToGet(surls: number): Uint8Array {
  const one = '<requestArray><sourceSURL>srm://a/b</sourceSURL></requestArray>';
  return utf8(
    `<e:Envelope xmlns:e="${soap}"><e:Body><s:srmPrepareToGet xmlns:s="${srm}">` +
      `<srmPrepareToGetRequest><arrayOfFileRequests>${one.repeat(surls)}</arrayOfFileRequests>` +
      `</srmPrepareToGetRequest></s:srmPrepareToGet></e:Body></e:Envelope>`,
  );
}

const propfind = (inner: string): Uint8Array =>
  utf8(`<D:propfind xmlns:D="DAV:"><D:prop>${inner}</D:prop></D:propfind>`);

/** Often enough to be measured: what these lists may hold is little. */
const often = (times: number, work: () => unknown) => () => {
  for (let time = 0; time < times; time += 1) work();
};

checkGrowth([
  {
    count: 'ranges of a request',
    limit: 'access/webdav.rangesMax',
    n: 8,
    make: (n) => {
      const texts = Array.from({ length: n }, (_, at) => `${at * 9999}-${at * 9999 + 9}`);
      const header = `bytes=${texts.join(',')}`;
      return often(5_000, () => spansOf(parseRangeHeader(header) ?? [], 1e9));
    },
  },
  {
    count: 'commas of a Range header',
    limit: 'access.headerBytesMax',
    n: 10_000,
    make: (n) => often(10, () => parseRangeHeader(`bytes=0-1${','.repeat(n)}`)),
  },
  {
    count: 'properties of a PROPFIND',
    limit: 'access/webdav.xmlElementsMax',
    n: 100,
    make: (n) => {
      const body = propfind('<D:x/>'.repeat(n));
      return often(50, () => parsePropfindBody(body));
    },
    beyond: { n: webdavLimits.xmlElementsMax, code: 'WEBDAV_BODY_TOO_LARGE' },
  },
  {
    count: 'levels of a PROPFIND',
    limit: 'access/webdav.xmlDepthMax',
    n: 6,
    make: (n) => {
      const body = propfind('<D:x>'.repeat(n) + '</D:x>'.repeat(n));
      return often(200, () => parsePropfindBody(body));
    },
    beyond: { n: webdavLimits.xmlDepthMax, code: 'WEBDAV_BODY_TOO_LARGE' },
  },
  {
    count: 'namespaces of a PROPFIND element',
    limit: 'access/webdav.propfindBytesMax',
    n: 1_000,
    make: (n) => {
      const names = Array.from({ length: n }, (_, index) => `xmlns:a${index}="u"`);
      const body = propfind(`<D:x ${names.join(' ')}/>`);
      return () => parsePropfindBody(body);
    },
  },
  {
    count: 'site URLs of an SRM call',
    limit: 'access.surlsMax, access.soapElementsMax',
    n: 4_000,
    make: (n) => {
      const body = prepareToGet(n);
      return () => {
        const { request } = readSoapCall(body, accessLimits);
        textsAt(request, 'arrayOfFileRequests', 'requestArray', 'sourceSURL');
      };
    },
    beyond: { n: accessLimits.soapElementsMax / 2, code: 'ACCESS_SOAP_TOO_COMPLEX' },
  },
  {
    count: 'parameters of a query',
    limit: 'access.headerBytesMax',
    n: 8_000,
    make: (n) => {
      const text = Array.from({ length: n }, (_, index) => index.toString(36)).join('&');
      return () => Parameters.ofQuery(new URLSearchParams(text));
    },
  },
  {
    count: 'segments of a path',
    limit: 'access/webdav.targetCharactersMax',
    n: 1_000,
    make: (n) => often(20, () => parseRequestTarget('/a'.repeat(n))),
    beyond: { n: 2_049, code: 'WEBDAV_TARGET_TOO_LONG' },
  },
]);
