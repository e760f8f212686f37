import { describeLimits } from '../../src/lib/limits/limits.ts';
import type { Generator } from './generator.ts';
import { markdownTable } from './markdown.ts';
import { exportsOf } from './tables-of.ts';

const introduction = `# Limits

Generated from the limit tables of the folders (\`src/**/limits.ts\`) by \`npm run generate\`.

Every queue, buffer, count, length and wait has a named bound. These are the defaults.`;

/** docs/limits.md: every named bound of every folder. */
export const limitsDoc: Generator = {
  name: 'limits',
  async generate(root) {
    const values = (await exportsOf(root, 'limits.ts')).map(({ value }) => value);
    const tables = values.flatMap((value) =>
      typeof value === 'object' && value !== null ? (describeLimits(value) ?? []) : [],
    );
    const sections = tables.map(({ folder, rows }) => {
      const cells = Object.entries(rows).map(([name, { value, unit, reason }]) => [
        `\`${name}\``,
        formatQuantity(value, unit),
        unit,
        reason,
      ]);
      return `## ${folder}\n\n${markdownTable(['Limit', 'Value', 'Unit', 'Reason'], cells)}`;
    });
    return new Map([['docs/limits.md', `${[introduction, ...sections].join('\n\n')}\n`]]);
  },
};

/** Bytes that are a whole number of a binary unit are shown in it too. */
function formatQuantity(value: number, unit: string): string {
  const plain = value.toLocaleString('en-US', { maximumSignificantDigits: 15 });
  if (unit !== 'bytes') return plain;
  const [size, name] =
    [[2 ** 30, 'GiB'] as const, [2 ** 20, 'MiB'] as const, [2 ** 10, 'KiB'] as const].find(
      ([one]) => value >= one && value % one === 0,
    ) ?? [];
  return size === undefined ? plain : `${plain} (${value / size} ${name})`;
}
