import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of what is asked of a PACS. */
export const pacsLimits = defineLimits('pacs', {
  unitInstancesMax: {
    value: 100,
    unit: 'count',
    reason: 'Instances of one retrieve, so that backing off takes about a second.',
  },
  associationsMax: {
    value: 1,
    unit: 'count',
    reason: 'Open associations per PACS, both directions; a second already slows the clinic.',
  },
  waitingMax: {
    value: 1000,
    unit: 'count',
    reason: 'Operations that wait for one PACS; more means that nobody will live to see theirs.',
  },
  failuresToOpen: {
    value: 3,
    unit: 'count',
    reason: 'Failures in a row after which a PACS is left alone.',
  },
  circuitOpenMs: {
    value: 30_000,
    unit: 'ms',
    reason: 'How long it is left alone the first time; doubled each time it fails again.',
  },
  circuitOpenMaxMs: {
    value: 1_920_000,
    unit: 'ms',
    reason: 'How long it is left alone at most, about half an hour.',
  },
  lingerMs: {
    value: 2000,
    unit: 'ms',
    reason: 'An association is kept this long for the next unit of the same series.',
  },
  answersMax: {
    value: 250_000,
    unit: 'count',
    reason: 'Answers of one query are held, so that no association waits for a slow reader.',
  },
  answersBytesMax: {
    value: 268_435_456,
    unit: 'bytes',
    reason: 'The same as they came: 1 KiB each, where what is asked for has 300 bytes.',
  },
  listPartsMax: {
    value: 64,
    unit: 'count',
    reason: 'Queries for the parts of a list that may be cut short; more is a load on the clinic.',
  },
  shortListPauseMs: {
    value: 5000,
    unit: 'ms',
    reason: 'A list shorter than its count is asked for again after this: a study may be arriving.',
  },
  secondAsksMax: {
    value: 1000,
    unit: 'count',
    reason: 'Short lists that a walk asks for again at its end; what is beyond is short at once.',
  },
  moveSilenceMs: {
    value: 300_000,
    unit: 'ms',
    reason: 'The association of a C-MOVE is silent while a slow reader holds back its instances.',
  },
  resolveMs: {
    value: 5000,
    unit: 'ms',
    reason: 'How long the addresses of a PACS are looked up; then those known before count.',
  },
  identityHeadMaxBytes: {
    value: 4_194_304,
    unit: 'bytes',
    reason: 'Held of an instance until it has said its UIDs; sequences before them are small.',
  },
  retrieveInstancesMax: {
    value: 20_000,
    unit: 'count',
    reason: 'Instances taken of one retrieve, for each of which a digest is kept.',
  },
  syntaxesNamedMax: {
    value: 8,
    unit: 'count',
    reason: 'Transfer syntaxes named in an error; one PACS may offer dozens.',
  },
  expectationsMax: {
    value: 64,
    unit: 'count',
    reason: 'C-MOVEs whose instances the receiver awaits at once.',
  },
});

/** The values of `pacsLimits`; tests narrow them. */
export type PacsLimits = typeof pacsLimits;
