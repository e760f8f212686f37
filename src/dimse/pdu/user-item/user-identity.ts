import { fieldInvalid, type PduReader } from '../pdu-reader.ts';
import type { PduWriter } from '../pdu-writer.ts';

/** What kind of credential a user identity is. */
export type UserIdentityType = 'username' | 'username-passcode' | 'kerberos' | 'saml' | 'jwt';

/** A credential of the user behind the requestor. Never logged. */
export interface UserIdentity {
  readonly kind: 'user-identity';
  readonly type: UserIdentityType;
  readonly responseRequested: boolean;
  readonly primary: Uint8Array;
  /** The passcode; empty for the other types. */
  readonly secondary: Uint8Array;
}

/** The acceptor's answer: empty for user names, a token otherwise. */
export interface UserIdentityResponse {
  readonly kind: 'user-identity-response';
  readonly response: Uint8Array;
}

const types: readonly (UserIdentityType | undefined)[] = [
  undefined,
  'username',
  'username-passcode',
  'kerberos',
  'saml',
  'jwt',
];

/**
 * | byte    | field                              |
 * | ------- | ---------------------------------- |
 * | 0       | type, 1 to 5                       |
 * | 1       | positive response requested, 0/1   |
 * | 2-3     | length n of the primary field      |
 * | 4-      | primary field                      |
 * | n+4-n+5 | length of the secondary field      |
 * | n+6-    | secondary field                    |
 *
 * @standard PS3.7 §D.3.3.7.1, Table D.3-14
 */
export function decodeUserIdentity(reader: PduReader): UserIdentity {
  const type = types[reader.u8()];
  if (type === undefined) throw fieldInvalid('user identity type', reader.offset - 1);
  const responseRequested = reader.u8() === 1;
  const primary = new Uint8Array(reader.bytes(reader.u16()));
  const secondary = new Uint8Array(reader.bytes(reader.u16()));
  reader.finish();
  return { kind: 'user-identity', type, responseRequested, primary, secondary };
}

export function encodeUserIdentity(writer: PduWriter, item: UserIdentity): void {
  writer.u8(types.indexOf(item.type)).u8(Number(item.responseRequested));
  writer.sized(item.primary).sized(item.secondary);
}

/** @standard PS3.7 §D.3.3.7.2, Table D.3-15 (length, server response) */
export function decodeUserIdentityResponse(reader: PduReader): UserIdentityResponse {
  const response = new Uint8Array(reader.bytes(reader.u16()));
  reader.finish();
  return { kind: 'user-identity-response', response };
}

export function encodeUserIdentityResponse(writer: PduWriter, item: UserIdentityResponse): void {
  writer.sized(item.response);
}
