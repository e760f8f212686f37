import type { SrmOperation } from '../operation.ts';
import { element, field } from '../soap/writer.ts';
import { statusElement, success } from '../status.ts';

/** The one protocol of our TURLs. @standard SRM 2.2 §6.6 (srmGetTransferProtocols) */
export const srmGetTransferProtocols: SrmOperation = () =>
  Promise.resolve([
    statusElement('returnStatus', success),
    element('protocolInfo', element('protocolArray', field('transferProtocol', 'https'))),
  ]);
