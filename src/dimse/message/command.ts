/** Fields every request has. */
interface Request {
  readonly messageId: number;
  readonly hasDataSet: boolean;
}

/** Fields every response has. */
interface Response {
  readonly messageIdBeingRespondedTo: number;
  readonly status: number;
  readonly hasDataSet: boolean;
  readonly affectedSopClassUid?: string;
}

/** How far a C-GET or C-MOVE is; a PACS may leave any of them out. */
export interface SubOperationCounts {
  readonly remaining?: number;
  readonly completed?: number;
  readonly failed?: number;
  readonly warning?: number;
}

/** @standard PS3.7 §9.3.5.1, Table 9.3-12 */
export interface CEchoRq extends Request {
  readonly kind: 'C-ECHO-RQ';
  readonly affectedSopClassUid: string;
}

/** @standard PS3.7 §9.3.5.2, Table 9.3-13 */
export interface CEchoRsp extends Response {
  readonly kind: 'C-ECHO-RSP';
}

/** @standard PS3.7 §9.3.1.1, Table 9.3-1 */
export interface CStoreRq extends Request {
  readonly kind: 'C-STORE-RQ';
  readonly affectedSopClassUid: string;
  readonly affectedSopInstanceUid: string;
  readonly priority?: number;
  /** Which C-MOVE caused it, where the sender says. */
  readonly moveOriginatorAeTitle?: string;
  readonly moveOriginatorMessageId?: number;
}

/** @standard PS3.7 §9.3.1.2, Table 9.3-2 */
export interface CStoreRsp extends Response {
  readonly kind: 'C-STORE-RSP';
  readonly affectedSopInstanceUid?: string;
}

/** @standard PS3.7 §9.3.2.1, Table 9.3-3 */
export interface CFindRq extends Request {
  readonly kind: 'C-FIND-RQ';
  readonly affectedSopClassUid: string;
  readonly priority?: number;
}

/** @standard PS3.7 §9.3.2.2, Table 9.3-4 */
export interface CFindRsp extends Response {
  readonly kind: 'C-FIND-RSP';
}

/** @standard PS3.7 §9.3.3.1, Table 9.3-6 */
export interface CGetRq extends Request {
  readonly kind: 'C-GET-RQ';
  readonly affectedSopClassUid: string;
  readonly priority?: number;
}

/** @standard PS3.7 §9.3.3.2, Table 9.3-7 */
export interface CGetRsp extends Response, SubOperationCounts {
  readonly kind: 'C-GET-RSP';
}

/** @standard PS3.7 §9.3.4.1, Table 9.3-9 */
export interface CMoveRq extends Request {
  readonly kind: 'C-MOVE-RQ';
  readonly affectedSopClassUid: string;
  readonly moveDestination: string;
  readonly priority?: number;
}

/** @standard PS3.7 §9.3.4.2, Table 9.3-10 */
export interface CMoveRsp extends Response, SubOperationCounts {
  readonly kind: 'C-MOVE-RSP';
}

/** @standard PS3.7 §9.3.2.3, Table 9.3-5 */
export interface CCancelRq {
  readonly kind: 'C-CANCEL-RQ';
  readonly messageIdBeingRespondedTo: number;
  readonly hasDataSet: boolean;
}

/** A command this edition does not serve. */
export interface UnknownCommand {
  readonly kind: 'unknown';
  readonly commandField: number;
  readonly hasDataSet: boolean;
}

export type RequestCommand = CEchoRq | CStoreRq | CFindRq | CGetRq | CMoveRq;
export type ResponseCommand = CEchoRsp | CStoreRsp | CFindRsp | CGetRsp | CMoveRsp;

/** A command set. @standard PS3.7 §6.3, §E */
export type Command = RequestCommand | ResponseCommand | CCancelRq | UnknownCommand;

/** Priority of a request. @standard PS3.7 §E.1, Table E.1-1 (0000,0700) */
export const priority = { medium: 0, high: 1, low: 2 } as const;
