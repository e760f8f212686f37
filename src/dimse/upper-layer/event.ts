/** Events of the upper layer, each with its sentence. @standard PS3.8 §9.2.2, Table 9-10 */
export const eventMeanings = {
  Evt1: 'A-ASSOCIATE request (local user).',
  Evt2: 'Transport connection confirmed.',
  Evt3: 'A-ASSOCIATE-AC PDU received.',
  Evt4: 'A-ASSOCIATE-RJ PDU received.',
  Evt5: 'Transport connection indicated.',
  Evt6: 'A-ASSOCIATE-RQ PDU received.',
  Evt7: 'A-ASSOCIATE response, accept (local user).',
  Evt8: 'A-ASSOCIATE response, reject (local user).',
  Evt9: 'P-DATA request (local user).',
  Evt10: 'P-DATA-TF PDU received.',
  Evt11: 'A-RELEASE request (local user).',
  Evt12: 'A-RELEASE-RQ PDU received.',
  Evt13: 'A-RELEASE-RP PDU received.',
  Evt14: 'A-RELEASE response (local user).',
  Evt15: 'A-ABORT request (local user).',
  Evt16: 'A-ABORT PDU received.',
  Evt17: 'Transport connection closed.',
  Evt18: 'ARTIM expired.',
  Evt19: 'Unrecognized or invalid PDU received.',
} as const;

export type Event = keyof typeof eventMeanings;

/** All events in the order of the standard. */
export const events: readonly Event[] = Array.from(
  { length: 19 },
  (_, index) => `Evt${index + 1}` as Event,
);
