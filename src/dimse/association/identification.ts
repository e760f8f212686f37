import { implementationClassUid, implementationVersionName } from '../../dicom/index.ts';
import type { UserItem } from '../pdu/user-item/user-item.ts';

/** The user items both sides send. */
export function ownUserItems(pduLengthMax: number): UserItem[] {
  return [
    { kind: 'maximum-length', length: pduLengthMax },
    { kind: 'implementation-class-uid', uid: implementationClassUid },
    { kind: 'implementation-version-name', versionName: implementationVersionName },
  ];
}

/** What a peer accepts; 0, also where it says nothing, is no limit. */
export function peerPduLengthMax(items: readonly UserItem[]): number {
  return items.find((item) => item.kind === 'maximum-length')?.length ?? 0;
}
