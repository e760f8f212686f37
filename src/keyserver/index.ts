/** The key share service: an independent process that holds one share of each key. */
export { createKeyServer, type KeyServer, type KeyServerOptions } from './create-key-server.ts';
export { keyserverErrors } from './errors.ts';
export { keyserverLimits } from './limits.ts';
export { initMasterKey } from './master-key.ts';
export { acceptRecord, databaseFileOf, verifyRecord } from './record-at-rest.ts';
