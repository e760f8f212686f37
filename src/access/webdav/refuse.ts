import { filesErrors } from '../../files/errors.ts';
import type { Method } from './call.ts';
import { webdavErrors } from './errors.ts';

/** Every method that would change something. */
export const refuseWrite: Method = () => Promise.reject(filesErrors.create('FILES_READ_ONLY'));

/** 501, and not 403: a grid client then tries its next way of copying instead of giving up. */
export const refuseCopy: Method = () =>
  Promise.reject(webdavErrors.create('WEBDAV_COPY_UNSUPPORTED'));
