import type { ErrorTable } from '../../src/lib/errors/error-table.ts';
import type { Generator } from './generator.ts';
import { markdownTable } from './markdown.ts';
import { exportsOf } from './tables-of.ts';

const introduction = `# Failure codes

Generated from the error tables of the folders (\`src/**/errors.ts\`) by \`npm run generate\`.

Codes are stable: match on them, never on messages. *Disposition* says what a retry does: \`transient\`
is safe to retry and may help, \`ambiguous\` may already have happened, \`permanent\` fails again.`;

/** docs/errors.md: every documented failure code of every folder. */
export const errorsDoc: Generator = {
  name: 'errors',
  async generate(root) {
    const tables = (await exportsOf(root, 'errors.ts')).map(({ value }) => value);
    const sections = tables.filter(isErrorTable).map(section);
    return new Map([['docs/errors.md', `${[introduction, ...sections].join('\n\n')}\n`]]);
  },
};

function section({ folder, rows }: ErrorTable<string>): string {
  const cells = Object.entries(rows).map(([code, row]) => [
    `\`${code}\``,
    row.disposition,
    row.meaning,
    row.user,
    row.operator,
  ]);
  const head = ['Code', 'Disposition', 'Meaning', 'What the user does', 'What the operator does'];
  return `## ${folder}\n\n${markdownTable(head, cells)}`;
}

/** Whether an exported value is a table of failure codes. */
export function isErrorTable(value: unknown): value is ErrorTable<string> {
  return typeof value === 'object' && value !== null && 'rows' in value && 'create' in value;
}
