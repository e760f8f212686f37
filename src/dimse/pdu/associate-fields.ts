import { dimseLimits } from '../limits.ts';
import { formatAeTitle, parseAeTitle } from './ae-title.ts';
import { fieldInvalid, type PduReader } from './pdu-reader.ts';
import type { PduWriter } from './pdu-writer.ts';
import { decodeUserItems, encodeUserItem, type UserItem } from './user-item/user-item.ts';

/** The one application context of DICOM. @standard PS3.7 §A.2.1 */
export const dicomApplicationContext = '1.2.840.10008.3.1.1.1';

/** What A-ASSOCIATE-RQ and A-ASSOCIATE-AC have in common. */
export interface AssociateFields<Context> {
  /** A bit per version; bit 0 is version 1, the only one there is. */
  readonly protocolVersion: number;
  /** In an A-ASSOCIATE-AC the titles are reserved: sent back, not tested. */
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  readonly applicationContextName: string;
  readonly presentationContexts: readonly Context[];
  readonly userItems: readonly UserItem[];
}

/** How the contexts of one of the two PDUs are written. */
export interface ContextCodec<Context> {
  readonly itemType: number;
  decode(reader: PduReader): Context;
  encode(writer: PduWriter, context: Context): void;
}

const applicationContextItem = 0x10;
const userInformationItem = 0x50;

/**
 * | byte  | field                                                                  |
 * | ----- | ---------------------------------------------------------------------- |
 * | 0-1   | protocol version                                                       |
 * | 2-3   | reserved                                                               |
 * | 4-19  | called AE title                                                        |
 * | 20-35 | calling AE title                                                       |
 * | 36-67 | reserved                                                               |
 * | 68-   | items: application context 10H, contexts 20H or 21H, user information 50H |
 *
 * Items of unknown type are skipped, as the standard asks.
 *
 * @standard PS3.8 §9.3.2, Table 9-11; §9.3.3, Table 9-17
 */
export function decodeAssociateFields<Context>(
  reader: PduReader,
  codec: ContextCodec<Context>,
): AssociateFields<Context> {
  const protocolVersion = reader.u16();
  reader.skip(2);
  const calledAeTitle = parseAeTitle(reader.text(16));
  const callingAeTitle = parseAeTitle(reader.text(16));
  reader.skip(32);
  let applicationContextName: string | undefined;
  const presentationContexts: Context[] = [];
  const userItems: UserItem[] = [];
  while (reader.remaining > 0) {
    const type = reader.u8();
    reader.skip(1);
    const body = reader.sub(reader.u16());
    if (type === applicationContextItem) applicationContextName = body.uid(body.remaining);
    else if (type === codec.itemType) presentationContexts.push(codec.decode(body));
    else if (type === userInformationItem) userItems.push(...decodeUserItems(body));
    checkCount('presentation contexts', presentationContexts, dimseLimits.presentationContextsMax);
    checkCount('user items', userItems, dimseLimits.userItemsMax);
  }
  if (applicationContextName === undefined) throw fieldInvalid('application context', 68);
  return {
    protocolVersion,
    calledAeTitle,
    callingAeTitle,
    applicationContextName,
    presentationContexts,
    userItems,
  };
}

/** Encode the body; the inverse of `decodeAssociateFields`. */
export function encodeAssociateFields<Context>(
  writer: PduWriter,
  fields: AssociateFields<Context>,
  codec: ContextCodec<Context>,
): void {
  writer.u16(fields.protocolVersion).u16(0);
  writer.text(formatAeTitle(fields.calledAeTitle)).text(formatAeTitle(fields.callingAeTitle));
  writer.zeros(32);
  writer.item(applicationContextItem, (item) => item.text(fields.applicationContextName));
  for (const context of fields.presentationContexts) codec.encode(writer, context);
  writer.item(userInformationItem, (item) => {
    for (const userItem of fields.userItems) encodeUserItem(item, userItem);
  });
}

function checkCount(what: string, list: readonly unknown[], max: number): void {
  if (list.length > max) throw fieldInvalid(`number of ${what}`, 68);
}
