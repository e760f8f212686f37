import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { createPseudonyms } from '../deid/index.ts';
import { type DataElement, type DataSet, dataSetOf, tag } from '../dicom/index.ts';
import { identify } from '../flow/mint/identified.ts';
import { reveal } from '../flow/mint/reveal.ts';
import { systemClock } from '../lib/clock.ts';
import {
  createIndexCipher,
  openClinicalIndex,
  type SeriesIdentities,
  type SeriesNames,
} from '../pacs/index/index.ts';
import { seriesNamesOf } from './series-names.ts';

/** An identity as archives write it, and what it is called; values are hex. */
interface NamedIdentity extends SeriesNames {
  readonly what: string;
  readonly pacs: string;
  readonly charset?: string;
  readonly patientId?: string;
  readonly issuer?: string;
  readonly subjectKey: string;
}

const recorded = new URL('../../test/golden/identity-names.json', import.meta.url);

function studyOf(identity: NamedIdentity, studyInstanceUid: string): DataSet {
  const text = (which: number, vr: 'CS' | 'LO', hex: string | undefined): DataElement[] =>
    hex === undefined ? [] : [{ tag: which, vr, value: Buffer.from(hex, 'hex') }];
  const charset = identity.charset && Buffer.from(identity.charset).toString('hex');
  const elements = [
    ...text(tag.SpecificCharacterSet, 'CS', charset),
    ...text(tag.PatientID, 'LO', identity.patientId),
    ...text(tag.IssuerOfPatientID, 'LO', identity.issuer),
  ];
  const named = elements.map((element): [number, DataElement] => [element.tag, element]);
  return new Map([...dataSetOf({ StudyInstanceUID: studyInstanceUid }), ...named]);
}

// Recorded by the first index, before identities were compared on their bytes: a name that
// was given stays, for users hold paths and results under it.
test('ordinary identities keep the names they have always had', async (t) => {
  const identities = JSON.parse(readFileSync(recorded, 'utf8')) as readonly NamedIdentity[];
  assert.ok(identities.length > 20);
  const random = seededRandom(1);
  const cipher = createIndexCipher({ hospitalKey: new Uint8Array(32).fill(1), random });
  const index = await openClinicalIndex({ path: ':memory:', cipher, clock: systemClock, random });
  t.after(() => index.close());
  const pseudonyms = createPseudonyms(new Uint8Array(32).fill(7));
  const filter = { pacs: [], modalities: [], patientIds: [], studyInstanceUids: [] };
  for (const [at, identity] of identities.entries()) {
    const uid = `1.2.${at + 1}`;
    const found = {
      study: studyOf(identity, uid),
      series: dataSetOf({ SeriesInstanceUID: `${uid}.1`, Modality: 'CT' }),
      instances: [dataSetOf({ SOPInstanceUID: `${uid}.1.1` })],
    };
    await index.record(identity.pacs, identify(found));
    let series: SeriesIdentities | undefined;
    const recipe = { site: 'site', filter, archives: [] };
    const review = await index.entries('all').review(recipe);
    for await (const candidate of review.candidates('all')) series = candidate.identities;
    assert(series !== undefined);
    const { patientName, studyName, seriesName, instanceNames, subjectKey } = identity;
    assert.equal(reveal(series.subjectKey), subjectKey, identity.what);
    const names = { patientName, studyName, seriesName, instanceNames };
    assert.deepEqual(seriesNamesOf(pseudonyms, series), names, identity.what);
  }
});
