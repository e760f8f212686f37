import { fieldInvalid, type PduReader } from '../pdu-reader.ts';
import type { PduWriter } from '../pdu-writer.ts';

/**
 * Which roles the requestor takes for a SOP class. Without it the requestor is SCU only; a C-GET
 * requestor asks to be SCP of the storage classes.
 */
export interface RoleSelection {
  readonly kind: 'role-selection';
  readonly sopClassUid: string;
  readonly scu: boolean;
  readonly scp: boolean;
}

/**
 * | byte    | field         |
 * | ------- | ------------- |
 * | 0-1     | UID length n  |
 * | 2-(n+1) | SOP Class UID |
 * | n+2     | SCU role, 0/1 |
 * | n+3     | SCP role, 0/1 |
 *
 * @standard PS3.7 §D.3.3.4, Table D.3-9
 */
export function decodeRoleSelection(reader: PduReader): RoleSelection {
  const sopClassUid = reader.uid(reader.u16());
  const scu = readRole(reader);
  const scp = readRole(reader);
  reader.finish();
  return { kind: 'role-selection', sopClassUid, scu, scp };
}

export function encodeRoleSelection(writer: PduWriter, item: RoleSelection): void {
  writer.sized(item.sopClassUid).u8(Number(item.scu)).u8(Number(item.scp));
}

function readRole(reader: PduReader): boolean {
  const value = reader.u8();
  if (value > 1) throw fieldInvalid('role', reader.offset - 1);
  return value === 1;
}
