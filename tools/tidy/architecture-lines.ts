import type { TidyCheck } from './project.ts';
import { sourceFolder } from './source-folder.ts';

const document = 'ARCHITECTURE.md';

/** Every folder of `src/` has its line in the map, or the map lies. */
export const architectureLines: TidyCheck = {
  name: 'ARCHITECTURE.md names every folder',
  find: (project) => {
    const text = project.read(document)?.toString('utf8');
    if (text === undefined) return [];
    const folders = new Set(project.sources.map(({ path }) => sourceFolder(path) ?? ''));
    return [...folders]
      .filter((folder) => folder !== '' && !new RegExp(`\`(src/)?${folder}/?\``).test(text))
      .map((folder) => ({ path: document, line: 0, message: `has no line for \`${folder}\`` }));
  },
};
