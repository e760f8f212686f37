/** States of the upper layer, each with its sentence. @standard PS3.8 §9.2.1, Table 9-1 to 9-5 */
export const stateMeanings = {
  Sta1: 'Idle.',
  Sta2: 'Transport connection open, awaiting A-ASSOCIATE-RQ.',
  Sta3: 'Awaiting the local answer to an association request.',
  Sta4: 'Awaiting the transport connection to open.',
  Sta5: 'Awaiting A-ASSOCIATE-AC or A-ASSOCIATE-RJ.',
  Sta6: 'Association established, ready for data transfer.',
  Sta7: 'Awaiting A-RELEASE-RP.',
  Sta8: 'Awaiting the local answer to a release request.',
  Sta9: 'Release collision, requestor: awaiting the local answer.',
  Sta10: 'Release collision, acceptor: awaiting A-RELEASE-RP.',
  Sta11: 'Release collision, requestor: awaiting A-RELEASE-RP.',
  Sta12: 'Release collision, acceptor: awaiting the local answer.',
  Sta13: 'Awaiting the transport connection to close.',
} as const;

export type State = keyof typeof stateMeanings;

/** All states in the order of the standard. */
export const states: readonly State[] = [
  'Sta1',
  'Sta2',
  'Sta3',
  'Sta4',
  'Sta5',
  'Sta6',
  'Sta7',
  'Sta8',
  'Sta9',
  'Sta10',
  'Sta11',
  'Sta12',
  'Sta13',
];
