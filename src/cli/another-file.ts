/** What is told where a name has another file than this client saw there before. */
export function anotherFile(path: string): string {
  return `${path}: another file than was seen under this name before, and made later: its versions count anew (a restore, merged patients, other stacks)`;
}
