import { assert } from '../../lib/assert.ts';
import { dimseErrors } from '../errors.ts';
import type { AssociateAc } from '../pdu/associate-ac.ts';
import type { AssociateRq } from '../pdu/associate-rq.ts';
import type {
  AnsweredContext,
  ContextResult,
  ProposedContext,
} from '../pdu/presentation-context-item.ts';
import type { RoleSelection } from '../pdu/user-item/role-selection.ts';
import type { UserItem } from '../pdu/user-item/user-item.ts';

/** An abstract syntax to propose and the transfer syntaxes to propose for it, best first. */
export interface ContextProposal {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
  /** Ask to be SCP of this SOP class: the storage classes of a C-GET. */
  readonly asScp?: boolean;
}

/** A presentation context both sides agreed on. */
export interface PresentationContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntax: string;
  /** The roles of this side. */
  readonly isScu: boolean;
  readonly isScp: boolean;
}

/** How many presentation contexts an association can have: the odd ids from 1 to 255. */
export const contextsMax = 128;

/** Number the proposals with odd ids. At most 128. @standard PS3.8 §9.3.2.2 */
export function proposeContexts(proposals: readonly ContextProposal[]): ProposedContext[] {
  assert(proposals.length > 0 && proposals.length <= contextsMax, '1 to 128 contexts');
  return proposals.map(({ abstractSyntax, transferSyntaxes }, index) => ({
    id: 2 * index + 1,
    abstractSyntax,
    transferSyntaxes,
  }));
}

/** Role selection items for the proposals that ask for the SCP role, one per SOP class. */
export function proposeRoles(proposals: readonly ContextProposal[]): RoleSelection[] {
  const uids = new Set(proposals.filter((p) => p.asScp === true).map((p) => p.abstractSyntax));
  return [...uids].map((sopClassUid) => ({
    kind: 'role-selection',
    sopClassUid,
    scu: false,
    scp: true,
  }));
}

/**
 * The contexts of an accepted association, seen by one side.
 *
 * Without role selection in both PDUs the requestor is SCU and the acceptor SCP; with it a role
 * holds if the requestor proposed it and the acceptor agreed.
 *
 * @standard PS3.7 §D.3.3.4
 * @throws MdmError `PDU_FIELD_INVALID` when the answer is not one to the proposal
 */
export function agreedContexts(
  rq: AssociateRq,
  ac: AssociateAc,
  isRequestor: boolean,
): PresentationContext[] {
  const proposed = new Map(rq.presentationContexts.map((context) => [context.id, context]));
  const proposedRoles = rolesOf(rq.userItems);
  const answeredRoles = rolesOf(ac.userItems);
  const accepted = ac.presentationContexts.filter((context) => context.result === 'acceptance');
  return accepted.map(({ id, transferSyntax }) => {
    const proposal = proposed.get(id);
    if (proposal === undefined || transferSyntax === undefined) throw notProposed(id);
    if (!proposal.transferSyntaxes.includes(transferSyntax)) throw notProposed(id);
    const asked = proposedRoles.get(proposal.abstractSyntax);
    const answered = answeredRoles.get(proposal.abstractSyntax);
    const both = asked !== undefined && answered !== undefined;
    const requestorIsScu = both ? asked.scu && answered.scu : true;
    const requestorIsScp = both ? asked.scp && answered.scp : false;
    return {
      id,
      abstractSyntax: proposal.abstractSyntax,
      transferSyntax,
      isScu: isRequestor ? requestorIsScu : requestorIsScp,
      isScp: isRequestor ? requestorIsScp : requestorIsScu,
    };
  });
}

/** What to answer to a proposed context. */
export type ContextChoice =
  | { readonly kind: 'accepted'; readonly transferSyntax: string }
  | { readonly kind: 'refused'; readonly result: Exclude<ContextResult, 'acceptance'> };

/** Picks one of the transfer syntaxes offered for an abstract syntax, or refuses the context. */
export type ChooseTransferSyntax = (
  abstractSyntax: string,
  offered: readonly string[],
) => ContextChoice;

/** Answer every proposed context. */
export function answerContexts(rq: AssociateRq, choose: ChooseTransferSyntax): AnsweredContext[] {
  return rq.presentationContexts.map(({ id, abstractSyntax, transferSyntaxes }) => {
    const choice = choose(abstractSyntax, transferSyntaxes);
    return choice.kind === 'accepted'
      ? { id, result: 'acceptance', transferSyntax: choice.transferSyntax }
      : { id, result: choice.result, transferSyntax: transferSyntaxes[0] };
  });
}

/** A class that was offered in no transfer syntax that is taken here. */
export interface RefusedContext {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** The proposals that `answers` refuse for their transfer syntaxes. @standard PS3.8 Table 9-18 */
export function refusedContexts(
  rq: AssociateRq,
  answers: readonly AnsweredContext[],
): RefusedContext[] {
  const refused = new Set(
    answers
      .filter(({ result }) => result === 'transfer-syntaxes-not-supported')
      .map(({ id }) => id),
  );
  return rq.presentationContexts.filter(({ id }) => refused.has(id));
}

/** The first of `preferred` that is offered; refuses classes outside `supported`, if given. */
export function chooseFrom(options: {
  readonly supports: (abstractSyntax: string) => boolean;
  readonly preferred: readonly string[];
}): ChooseTransferSyntax {
  return (abstractSyntax, offered) => {
    if (!options.supports(abstractSyntax)) {
      return { kind: 'refused', result: 'abstract-syntax-not-supported' };
    }
    const transferSyntax = options.preferred.find((syntax) => offered.includes(syntax));
    return transferSyntax === undefined
      ? { kind: 'refused', result: 'transfer-syntaxes-not-supported' }
      : { kind: 'accepted', transferSyntax };
  };
}

/** Agree to every role selection that was proposed. */
export function answerRoles(rq: AssociateRq): RoleSelection[] {
  return rq.userItems.filter((item) => item.kind === 'role-selection');
}

function rolesOf(items: readonly UserItem[]): Map<string, RoleSelection> {
  const roles = items.filter((item) => item.kind === 'role-selection');
  return new Map(roles.map((role) => [role.sopClassUid, role]));
}

function notProposed(id: number): Error {
  const message = 'a context was accepted that was not proposed';
  return dimseErrors.create('PDU_FIELD_INVALID', { message, context: { id } });
}
