import type { State } from './state.ts';

/** What the driver has to do, as data. PDUs to send and values to hand on belong to the event. */
export type Effect =
  | { readonly kind: 'open-transport' }
  | { readonly kind: 'close-transport' }
  /** Send the PDU that the event carries, or the fixed one of this kind. */
  | { readonly kind: 'send'; readonly pdu: SentPdu }
  | { readonly kind: 'send-abort'; readonly source: 'service-user' | 'service-provider' }
  /** Tell the local user. */
  | { readonly kind: 'issue'; readonly primitive: Primitive }
  | { readonly kind: 'start-artim' }
  | { readonly kind: 'stop-artim' };

export type SentPdu =
  | 'A-ASSOCIATE-RQ'
  | 'A-ASSOCIATE-AC'
  | 'A-ASSOCIATE-RJ'
  | 'P-DATA-TF'
  | 'A-RELEASE-RQ'
  | 'A-RELEASE-RP';

/** Service primitives towards the local user. @standard PS3.8 §7 */
export type Primitive =
  | 'A-ASSOCIATE indication'
  | 'A-ASSOCIATE confirmation (accept)'
  | 'A-ASSOCIATE confirmation (reject)'
  | 'P-DATA indication'
  | 'A-RELEASE indication'
  | 'A-RELEASE confirmation'
  | 'A-ABORT or A-P-ABORT indication'
  | 'A-P-ABORT indication';

/** An action: its effects, and the next state, which for two actions depends on a fact. */
export interface ActionRow {
  readonly effects: readonly Effect[];
  readonly next: State | Choice;
}

/** Where the next state, or also the effects, depend on a fact beside state and event. */
export type Choice =
  | { readonly on: 'requestor'; readonly yes: State; readonly no: State }
  | {
      readonly on: 'acceptable';
      readonly yes: State;
      readonly no: State;
      readonly effectsIfNot: readonly Effect[];
    };

const open: Effect = { kind: 'open-transport' };
const close: Effect = { kind: 'close-transport' };
const startArtim: Effect = { kind: 'start-artim' };
const stopArtim: Effect = { kind: 'stop-artim' };
const send = (pdu: SentPdu): Effect => ({ kind: 'send', pdu });
const issue = (primitive: Primitive): Effect => ({ kind: 'issue', primitive });
const abortAsUser: Effect = { kind: 'send-abort', source: 'service-user' };
const abortAsProvider: Effect = { kind: 'send-abort', source: 'service-provider' };

/** The actions. @standard PS3.8 §9.2.2, Table 9-6 to 9-9 */
export const actions = {
  'AE-1': { effects: [open], next: 'Sta4' },
  'AE-2': { effects: [send('A-ASSOCIATE-RQ')], next: 'Sta5' },
  'AE-3': { effects: [issue('A-ASSOCIATE confirmation (accept)')], next: 'Sta6' },
  'AE-4': { effects: [issue('A-ASSOCIATE confirmation (reject)'), close], next: 'Sta1' },
  'AE-5': { effects: [startArtim], next: 'Sta2' },
  'AE-6': {
    effects: [stopArtim, issue('A-ASSOCIATE indication')],
    next: {
      on: 'acceptable',
      yes: 'Sta3',
      no: 'Sta13',
      effectsIfNot: [stopArtim, send('A-ASSOCIATE-RJ'), startArtim],
    },
  },
  'AE-7': { effects: [send('A-ASSOCIATE-AC')], next: 'Sta6' },
  'AE-8': { effects: [send('A-ASSOCIATE-RJ'), startArtim], next: 'Sta13' },
  'DT-1': { effects: [send('P-DATA-TF')], next: 'Sta6' },
  'DT-2': { effects: [issue('P-DATA indication')], next: 'Sta6' },
  'AR-1': { effects: [send('A-RELEASE-RQ')], next: 'Sta7' },
  'AR-2': { effects: [issue('A-RELEASE indication')], next: 'Sta8' },
  'AR-3': { effects: [issue('A-RELEASE confirmation'), close], next: 'Sta1' },
  'AR-4': { effects: [send('A-RELEASE-RP'), startArtim], next: 'Sta13' },
  'AR-5': { effects: [stopArtim], next: 'Sta1' },
  'AR-6': { effects: [issue('P-DATA indication')], next: 'Sta7' },
  'AR-7': { effects: [send('P-DATA-TF')], next: 'Sta8' },
  'AR-8': {
    effects: [issue('A-RELEASE indication')],
    next: { on: 'requestor', yes: 'Sta9', no: 'Sta10' },
  },
  'AR-9': { effects: [send('A-RELEASE-RP')], next: 'Sta11' },
  'AR-10': { effects: [issue('A-RELEASE confirmation')], next: 'Sta12' },
  'AA-1': { effects: [abortAsUser, startArtim], next: 'Sta13' },
  'AA-2': { effects: [stopArtim, close], next: 'Sta1' },
  'AA-3': { effects: [issue('A-ABORT or A-P-ABORT indication'), close], next: 'Sta1' },
  'AA-4': { effects: [issue('A-P-ABORT indication')], next: 'Sta1' },
  'AA-5': { effects: [stopArtim], next: 'Sta1' },
  'AA-6': { effects: [], next: 'Sta13' },
  'AA-7': { effects: [abortAsProvider], next: 'Sta13' },
  'AA-8': { effects: [abortAsProvider, issue('A-P-ABORT indication'), startArtim], next: 'Sta13' },
} as const satisfies Record<string, ActionRow>;

export type ActionName = keyof typeof actions;
