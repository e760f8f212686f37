import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds on what is read for facts. */
export const factLimits = defineLimits('facts', {
  valueMaxBytes: {
    value: 4096,
    unit: 'bytes',
    reason:
      'The longest value of a fact has 64 numbers or codes; decimal strings have some 30 bytes.',
  },
  csaTagsMax: {
    value: 128,
    unit: 'count',
    reason: 'Siemens headers have 56 to 101 tags; more is no such header.',
  },
  csaItemsMax: {
    value: 1000,
    unit: 'count',
    reason: 'Items of one tag: as many as tiles of the largest mosaic; more is a damaged header.',
  },
  csaTextMaxBytes: {
    value: 256,
    unit: 'bytes',
    reason: 'Numbers and words of a CSA header have some 16 characters; more is no such value.',
  },
  protocolMaxBytes: {
    value: 2 ** 20,
    unit: 'bytes',
    reason: 'Protocols of Siemens have some 20 to 100 kB; more is no such text.',
  },
  protocolLineMaxBytes: {
    value: 1024,
    unit: 'bytes',
    reason: 'Lines of a protocol that state a number have some 60 characters.',
  },
  geBlockMaxBytes: {
    value: 2 ** 16,
    unit: 'bytes',
    reason: 'Protocol blocks of GE have some 1 kB; more is no such block.',
  },
  geProtocolMaxBytes: {
    value: 2 ** 20,
    unit: 'bytes',
    reason:
      'They inflate to some 2 kB; what inflates to more is a bomb, whatever length it claims.',
  },
  mrSliceMaxMm: {
    value: 600,
    unit: 'mm',
    reason:
      'Magnets image some 500 mm, 550 at most: a slice is longer in one direction where it is composed of several, in both where it is a grid.',
  },
});
