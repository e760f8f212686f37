import { sql, type Transaction } from 'kysely';
import type { Database } from '../../db/index.ts';
import { encodeDataSet, getStrings, tag, transferSyntax } from '../../dicom/index.ts';
import { reveal } from '../../flow/mint/reveal.ts';
import { equalBytes, toHex } from '../../lib/bytes/bytes.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ClinicalIndex, FoundSeries } from './clinical-index.ts';
import { type FoundIdentity, identityOf, mergedRecord } from './found-identity.ts';
import { identifierKey } from './identifier.ts';
import type { IndexCipher } from './index-cipher.ts';
import { indexLimits } from './limits.ts';
import type { IndexSchema } from './schema.ts';
import type { SealedRecords } from './sealed-records.ts';
import { subjectLookup } from './subject.ts';

/** What entering holdings works with. */
export interface HoldingPorts {
  readonly db: Database<IndexSchema>;
  readonly cipher: IndexCipher;
  readonly records: SealedRecords;
  readonly clock: Clock;
}

/** Enter or renew what a PACS holds of a series. @throws INDEX_RECORD_INVALID */
export async function recordHolding(
  ports: HoldingPorts,
  pacs: string,
  found: Parameters<ClinicalIndex['record']>[1],
): Promise<'new' | 'changed' | 'known'> {
  const { db, clock } = ports;
  const row = rowOf(ports, pacs, reveal(found));
  const before = await db.query
    .selectFrom('series')
    .select(['content', 'seen_ms'])
    .where('pacs', '=', pacs)
    .where('lookup', '=', row.values.lookup)
    .executeTakeFirst();
  const isSame = before !== undefined && equalBytes(before.content, row.values.content);
  const seen_ms = clock.nowMs();
  // A walk over an archive that did not change hardly writes.
  if (isSame && seen_ms - before.seen_ms < indexLimits.seenGrainMs) return 'known';
  await db.transaction(async (tx) => {
    const subject_id = await subjectId(tx, row.subject);
    const values = { ...row.values, subject_id, seen_ms };
    const revision = isSame ? {} : { revision: nextRevision };
    await tx
      .insertInto('series')
      .values({ ...values, revision: nextRevision })
      .onConflict((conflict) =>
        conflict.columns(['lookup', 'pacs']).doUpdateSet({ ...values, ...revision }),
      )
      .execute();
  });
  if (before === undefined) return 'new';
  return isSame ? 'known' : 'changed';
}

/** One more than that of any holding; transactions take turns. */
const nextRevision = sql<number>`(SELECT coalesce(max(revision), 0) + 1 FROM series)`;

function rowOf({ cipher, records }: HoldingPorts, pacs: string, answers: FoundSeries) {
  const identity = identityOf(answers);
  const { studyInstanceUid, seriesInstanceUid } = identity;
  const subject = subjectLookup(cipher, pacs, identity);
  const subjectKey = toHex(subject);
  const lookup = cipher.lookup('series', [studyInstanceUid, seriesInstanceUid]);
  const merged = mergedRecord(answers);
  const record = Buffer.from(encodeDataSet(merged, transferSyntax.ExplicitVRLittleEndian));
  const series = { ...identity, subjectKey, record: record.toString('base64') };
  const sealed = records.sealSeries({ pacs, lookup }, series);
  const modality = getStrings(merged, tag.Modality).join('\\');
  const content = contentOf(cipher, { identity, subjectKey, modality });
  const { patientId, issuer } = identity;
  const person = cipher.seal({ patientId, issuer }, `subject::${subjectKey}`);
  return {
    values: { pacs, lookup, content, sealed },
    subject: { lookup: subject, sealed: person },
  };
}

/** Changes when the series grows, shrinks, is of somebody else, or a filter may judge it otherwise. */
function contentOf(
  cipher: IndexCipher,
  of: {
    readonly identity: FoundIdentity;
    readonly subjectKey: string;
    readonly modality: string;
  },
): Uint8Array {
  const { patientId, issuer, instances } = of.identity;
  const uids = instances.map((instance) => instance.sopInstanceUid).toSorted();
  const person = [of.subjectKey, identifierKey(patientId), identifierKey(issuer)];
  return cipher.lookup('content', [...person, of.modality, ...uids]);
}

async function subjectId(
  tx: Transaction<IndexSchema>,
  subject: { readonly lookup: Uint8Array; readonly sealed: Uint8Array },
): Promise<number> {
  const known = await tx
    .selectFrom('subject')
    .select('id')
    .where('lookup', '=', subject.lookup)
    .executeTakeFirst();
  if (known !== undefined) return known.id;
  const added = await tx
    .insertInto('subject')
    .values(subject)
    .returning('id')
    .executeTakeFirstOrThrow();
  return added.id;
}
