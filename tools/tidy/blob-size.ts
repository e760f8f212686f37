import type { TidyCheck } from './project.ts';
import { isBelow } from './source-folder.ts';

const blobBytesMax = 256 * 1024;
const fixtureBytesMax = 8 * 1024 * 1024;
const dataFolders = ['test/fixtures', 'demo/data'];
const exempt = ['tables', ...dataFolders];

/** A repository that is quick to clone; test data beyond the fixtures comes from MDM_TEST_DATA. */
export const blobSize: TidyCheck = {
  name: 'sizes of files',
  find: ({ files }) => {
    const data = files.filter(({ path }) => dataFolders.some((folder) => isBelow(path, folder)));
    const total = data.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const large = files
      .filter(({ sizeBytes }) => sizeBytes > blobBytesMax)
      .filter(({ path }) => path !== 'package-lock.json' && !path.includes('/generated/'))
      .filter(({ path }) => !exempt.some((folder) => isBelow(path, folder)));
    return [
      ...large.map(({ path, sizeBytes }) => ({
        path,
        line: 0,
        message: `${sizeBytes} bytes, at most ${blobBytesMax} outside ${exempt.join(', ')}`,
      })),
      ...(total <= fixtureBytesMax
        ? []
        : [{ path: 'test/fixtures', line: 0, message: `fixtures and demo data: ${total} bytes` }]),
    ];
  },
};
