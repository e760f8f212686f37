import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of the doors. */
export const accessLimits = defineLimits('access', {
  soapBytesMax: {
    value: 1_048_576,
    unit: 'bytes',
    reason: 'body of an SRM call; 1000 site URLs take 200 KiB',
  },
  strangerSoapBytesMax: {
    value: 16_384,
    unit: 'bytes',
    reason: 'body of a call of nobody known, who may only ping; gfal2 sends 1 KiB',
  },
  soapDepthMax: { value: 64, unit: 'count', reason: 'nesting of an SRM call; real ones have 8' },
  soapElementsMax: {
    value: 20_000,
    unit: 'count',
    reason: 'elements of an SRM call; 1000 files to prepare take 4000',
  },
  soapAttributesMax: { value: 64, unit: 'count', reason: 'attributes of one element' },
  surlsMax: { value: 1_000, unit: 'count', reason: 'files in one SRM call' },
  surlCharactersMax: { value: 4_096, unit: 'count', reason: 'one site URL' },
  lsEntriesMax: {
    value: 1_000,
    unit: 'count',
    reason: 'entries in one srmLs reply, then SRM_TOO_MANY_RESULTS; gfal pages by 1000',
  },
  lsCursorsMax: {
    value: 1_000,
    unit: 'count',
    reason: 'remembered positions of paged srmLs listings; without one a page costs a rescan',
  },
  srmRequestsMax: {
    value: 10_000,
    unit: 'count',
    reason: 'stage requests whose site URLs are remembered as the client spelt them',
  },
  pinLifetimeSeconds: {
    value: 3_600,
    unit: 's',
    reason: 'pin of srmPrepareToGet when the client names none',
  },
});

export type AccessLimits = typeof accessLimits;
