/** Name of the ranked folder a path is in: `src/pacs/kinds/x.ts` is in `pacs`; undefined elsewhere. */
export function sourceFolder(path: string): string | undefined {
  const [top, folder, rest] = path.split('/');
  return top === 'src' && rest !== undefined ? folder : undefined;
}

/** Whether `path` is in `folder` or below it. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
