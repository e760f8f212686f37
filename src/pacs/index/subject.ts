import { type Identifier, labelled } from './identifier.ts';
import type { IndexCipher } from './index-cipher.ts';

/** What tells whose a study is. */
export interface SubjectIdentity {
  readonly patientId: Identifier;
  readonly issuer: Identifier;
  readonly studyInstanceUid: string;
}

/**
 * The keyed digest of whose a series is, 32 bytes: an issuer's Patient ID, the PACS being the issuer
 * where none is stated. Without a Patient ID each study is a subject of its own, so that strangers
 * never become one person.
 *
 * What is no single text is digested under a kind of its own, so that it never equals a text; so is
 * a stated issuer that reads like a PACS that stands for one.
 */
export function subjectLookup(
  cipher: Pick<IndexCipher, 'lookup'>,
  pacs: string,
  { patientId, issuer, studyInstanceUid }: SubjectIdentity,
): Uint8Array {
  const standIn = `pacs:${pacs}`;
  const isLikeStandIn = issuer.kind === 'text' && issuer.text.startsWith('pacs:');
  if (patientId.kind === 'bytes' || issuer.kind === 'bytes' || isLikeStandIn) {
    const by = issuer.kind === 'absent' ? ['pacs', pacs] : labelled(issuer);
    const of = patientId.kind === 'absent' ? ['study', studyInstanceUid] : labelled(patientId);
    return cipher.lookup('subject-bytes', [...by, ...of]);
  }
  const by = issuer.kind === 'absent' ? standIn : issuer.text;
  const of = patientId.kind === 'absent' ? ['study', studyInstanceUid] : [patientId.text];
  return cipher.lookup('subject', [by, ...of]);
}
