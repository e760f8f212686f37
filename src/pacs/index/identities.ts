import { identify } from '../../flow/mint/identified.ts';
import type { SeriesHolding, SeriesIdentities } from './clinical-index.ts';

/** What a series is named after, each part by itself. */
export function identitiesOf(holding: SeriesHolding): SeriesIdentities {
  const { seriesInstanceUid } = holding;
  return {
    subjectKey: identify(holding.subjectKey),
    studyInstanceUid: identify(holding.studyInstanceUid),
    series: identify(holding),
    instances: holding.instances.map(({ sopInstanceUid }) =>
      identify({ seriesInstanceUid, sopInstanceUid }),
    ),
  };
}
