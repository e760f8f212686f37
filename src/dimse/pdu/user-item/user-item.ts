import { unreachable } from '../../../lib/assert.ts';
import { dimseLimits } from '../../limits.ts';
import type { PduReader } from '../pdu-reader.ts';
import type { PduWriter } from '../pdu-writer.ts';
import {
  type AsynchronousOperations,
  decodeAsynchronousOperations,
  encodeAsynchronousOperations,
} from './asynchronous-operations.ts';
import {
  type CommonExtendedNegotiation,
  decodeCommonExtendedNegotiation,
  decodeExtendedNegotiation,
  type ExtendedNegotiation,
  encodeCommonExtendedNegotiation,
  encodeExtendedNegotiation,
} from './extended-negotiation.ts';
import {
  decodeImplementationClassUid,
  decodeImplementationVersionName,
  encodeImplementationClassUid,
  encodeImplementationVersionName,
  type ImplementationClassUid,
  type ImplementationVersionName,
} from './implementation.ts';
import { decodeMaximumLength, encodeMaximumLength, type MaximumLength } from './maximum-length.ts';
import { decodeRoleSelection, encodeRoleSelection, type RoleSelection } from './role-selection.ts';
import {
  decodeUserIdentity,
  decodeUserIdentityResponse,
  encodeUserIdentity,
  encodeUserIdentityResponse,
  type UserIdentity,
  type UserIdentityResponse,
} from './user-identity.ts';

/** A sub-item of the User Information Item. @standard PS3.7 §D.3.3, PS3.8 §D.1 */
export type UserItem =
  | MaximumLength
  | ImplementationClassUid
  | ImplementationVersionName
  | AsynchronousOperations
  | RoleSelection
  | ExtendedNegotiation
  | CommonExtendedNegotiation
  | UserIdentity
  | UserIdentityResponse
  | UnknownUserItem;

/** A sub-item this edition does not know, kept as its bytes. */
export interface UnknownUserItem {
  readonly kind: 'unknown';
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Item type by kind. */
const itemTypes = {
  'maximum-length': 0x51,
  'implementation-class-uid': 0x52,
  'asynchronous-operations': 0x53,
  'role-selection': 0x54,
  'implementation-version-name': 0x55,
  'extended-negotiation': 0x56,
  'common-extended-negotiation': 0x57,
  'user-identity': 0x58,
  'user-identity-response': 0x59,
} as const satisfies Record<Exclude<UserItem['kind'], 'unknown'>, number>;

const decoders: Readonly<Record<number, (reader: PduReader) => UserItem>> = {
  0x51: decodeMaximumLength,
  0x52: decodeImplementationClassUid,
  0x53: decodeAsynchronousOperations,
  0x54: decodeRoleSelection,
  0x55: decodeImplementationVersionName,
  0x56: decodeExtendedNegotiation,
  0x57: decodeCommonExtendedNegotiation,
  0x58: decodeUserIdentity,
  0x59: decodeUserIdentityResponse,
};

/** Decode the body of a User Information Item (50H): its sub-items in order. */
export function decodeUserItems(reader: PduReader): UserItem[] {
  const items: UserItem[] = [];
  while (reader.remaining > 0) {
    // One more than allowed is enough for whoever counts those of all user information.
    if (items.length > dimseLimits.userItemsMax) break;
    const type = reader.u8();
    reader.skip(1);
    const body = reader.sub(reader.u16());
    const decode = decoders[type];
    items.push(decode?.(body) ?? { kind: 'unknown', type, bytes: new Uint8Array(body.rest()) });
  }
  return items;
}

/** Encode one sub-item, its header included. */
export function encodeUserItem(writer: PduWriter, item: UserItem): void {
  const type = item.kind === 'unknown' ? item.type : itemTypes[item.kind];
  writer.item(type, (body) => encodeBody(body, item));
}

function encodeBody(writer: PduWriter, item: UserItem): void {
  switch (item.kind) {
    case 'maximum-length':
      return encodeMaximumLength(writer, item);
    case 'implementation-class-uid':
      return encodeImplementationClassUid(writer, item);
    case 'implementation-version-name':
      return encodeImplementationVersionName(writer, item);
    case 'asynchronous-operations':
      return encodeAsynchronousOperations(writer, item);
    case 'role-selection':
      return encodeRoleSelection(writer, item);
    case 'extended-negotiation':
      return encodeExtendedNegotiation(writer, item);
    case 'common-extended-negotiation':
      return encodeCommonExtendedNegotiation(writer, item);
    case 'user-identity':
      return encodeUserIdentity(writer, item);
    case 'user-identity-response':
      return encodeUserIdentityResponse(writer, item);
    case 'unknown':
      writer.bytes(item.bytes);
      return;
    default:
      return unreachable(item);
  }
}
