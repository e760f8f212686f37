import type { ProviderAbortReason } from '../pdu/abort.ts';
import type { AssociateRj } from '../pdu/associate-rj.ts';
import type { Association } from './association.ts';

/** What came of asking for an association: each an ordinary answer, so a value. */
export type AssociateOutcome =
  | { readonly kind: 'accepted'; readonly association: Association }
  | { readonly kind: 'rejected'; readonly rejection: AssociateRj }
  | {
      readonly kind: 'aborted';
      readonly source: 'service-user' | 'service-provider';
      readonly reason: ProviderAbortReason;
    }
  | { readonly kind: 'timedOut'; readonly waitingFor: 'connection' | 'association' };
