import type { SrmOperation } from '../operation.ts';
import { type SrmStatus, statusElement } from '../status.ts';
import { srmGetTransferProtocols } from './get-transfer-protocols.ts';
import { srmLs } from './ls.ts';
import { srmPing } from './ping.ts';
import { srmPrepareToGet } from './prepare-to-get.ts';
import { srmAbortFiles, srmAbortRequest, srmReleaseFiles } from './release-files.ts';
import { srmStatusOfGetRequest } from './status-of-get-request.ts';

const readOnly: SrmOperation = always({
  code: 'SRM_AUTHORIZATION_FAILURE',
  explanation: 'FILES_READ_ONLY: the tree is read-only: it shows what the archives hold',
});

const notSupported: SrmOperation = always({
  code: 'SRM_NOT_SUPPORTED',
  explanation: 'this operation is not offered here',
});

function always(status: SrmStatus): SrmOperation {
  return () => Promise.resolve([statusElement('returnStatus', status)]);
}

/** Every operation of the protocol. @standard SRM 2.2 §4 to §7 (WSDL port type ISRM) */
export const operations: Readonly<Record<string, SrmOperation>> = {
  srmPing,
  srmGetTransferProtocols,
  srmLs,
  srmPrepareToGet,
  srmStatusOfGetRequest,
  srmReleaseFiles,
  srmAbortRequest,
  srmAbortFiles,

  srmMkdir: readOnly,
  srmRmdir: readOnly,
  srmRm: readOnly,
  srmMv: readOnly,
  srmPrepareToPut: readOnly,
  srmStatusOfPutRequest: readOnly,
  srmPutDone: readOnly,
  srmCopy: readOnly,
  srmStatusOfCopyRequest: readOnly,
  srmSetPermission: readOnly,
  srmReserveSpace: readOnly,
  srmStatusOfReserveSpaceRequest: readOnly,
  srmReleaseSpace: readOnly,
  srmUpdateSpace: readOnly,
  srmStatusOfUpdateSpaceRequest: readOnly,
  srmChangeSpaceForFiles: readOnly,
  srmStatusOfChangeSpaceForFilesRequest: readOnly,
  srmPurgeFromSpace: readOnly,
  srmExtendFileLifeTimeInSpace: readOnly,

  srmBringOnline: notSupported,
  srmStatusOfBringOnlineRequest: notSupported,
  srmStatusOfLsRequest: notSupported,
  srmCheckPermission: notSupported,
  srmGetPermission: notSupported,
  srmGetSpaceTokens: notSupported,
  srmGetSpaceMetaData: notSupported,
  srmGetRequestTokens: notSupported,
  srmGetRequestSummary: notSupported,
  srmExtendFileLifeTime: notSupported,
  srmSuspendRequest: notSupported,
  srmResumeRequest: notSupported,
};
