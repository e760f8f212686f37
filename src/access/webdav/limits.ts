import { defineLimits } from '../../lib/limits/limits.ts';

/** Bounds of the HTTPS and WebDAV door. */
export const webdavLimits = defineLimits('access/webdav', {
  targetCharactersMax: {
    value: 4096,
    unit: 'count',
    reason: 'The longest path has 1024 bytes, three characters each if all are encoded.',
  },
  cursorCharactersMax: {
    value: 1024,
    unit: 'count',
    reason: 'A cursor names the last entry shown; no name is longer.',
  },
  pageEntries: {
    value: 500,
    unit: 'count',
    reason:
      'Entries asked for at once: about 250 KiB of XML, written before the next page is read.',
  },
  propfindBytesMax: {
    value: 65_536,
    unit: 'bytes',
    reason: 'A PROPFIND body lists property names; real ones have 300 bytes.',
  },
  xmlDepthMax: { value: 16, unit: 'count', reason: 'A PROPFIND body has three levels.' },
  xmlElementsMax: {
    value: 256,
    unit: 'count',
    reason: 'Each property asked for is answered for each entry.',
  },
  xmlNameCharactersMax: {
    value: 256,
    unit: 'count',
    reason: 'Names of unknown properties are repeated for each entry.',
  },
  rangesMax: {
    value: 16,
    unit: 'count',
    reason: 'Each range is a read of its own; clients fall back to single ranges beyond.',
  },
  rangeGapBytes: {
    value: 4096,
    unit: 'bytes',
    reason: 'Ranges closer than this are joined: reading the gap costs less than another part.',
  },
  retryAfterSeconds: {
    value: 30,
    unit: 's',
    reason:
      'Said with a 503 whose cause names no time: long enough not to hammer, short enough to wait.',
  },
});
