/** DICOM networking as requestor and acceptor. @standard PS3.7, PS3.8 */
export {
  type Acceptor,
  type AcceptorOptions,
  type AssociationRequest,
  listenForAssociations,
  type Refusal,
} from './association/acceptor.ts';
export type {
  Association,
  IncomingRequest,
  OutgoingDataSet,
  RequestHandler,
} from './association/association.ts';
export { type AssociationEnd, endError } from './association/association-end.ts';
export type { AssociateOutcome } from './association/outcome.ts';
export {
  type ChooseTransferSyntax,
  type ContextProposal,
  chooseFrom,
  contextsMax,
  type PresentationContext,
  type RefusedContext,
} from './association/presentation-context.ts';
export { type AssociateOptions, openAssociation } from './association/requestor.ts';
export { type DimseErrorCode, dimseErrors } from './errors.ts';
export { type DimseLimits, dimseLimits } from './limits.ts';
export type { SubOperationCounts } from './message/command.ts';
export {
  dimseStatus,
  formatStatus,
  type StatusCategory,
  statusCategory,
} from './message/status.ts';
export { type StatusMeaning, statusMeaning } from './message/status-meaning.ts';
export { isAeTitle } from './pdu/ae-title.ts';
export { echo } from './service/echo/scu.ts';
export type { OnFind } from './service/find/scp.ts';
export { type FindOptions, find } from './service/find/scu.ts';
export { QueryFailure, type QueryRequest } from './service/operation.ts';
export { provideServices, type ServiceHandlers } from './service/provide.ts';
export type { MovePlan, OnGet, OnMove } from './service/retrieve/scp.ts';
export { get, move, type RetrieveOptions, type RetrieveResult } from './service/retrieve/scu.ts';
export {
  type OnStore,
  StoreFailure,
  type StoreRefusal,
  type StoreRequest,
} from './service/store/scp.ts';
export { type StorableInstance, store } from './service/store/scu.ts';
export type { TlsClientOptions } from './transport/connect.ts';
export type { TlsServerOptions } from './transport/listen.ts';
