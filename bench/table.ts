import type { Measurement } from './measure.ts';
import type { Spread } from './statistics.ts';

const megabyte = 1e6;
const mebibyte = 1024 * 1024;

/** A figure's measurements as a Markdown table. */
export function formatTable(rows: readonly Measurement[], sizeBytes: number): string {
  const head = [
    'contestant',
    'wall s min / med / max',
    'MB/s',
    'CPU s client + servers',
    'peak MiB client, server',
    'times faster [min..max]',
  ];
  const cells = rows.map((row) => [
    row.label,
    spread(row.wallSeconds, ' / ', 3),
    (sizeBytes / megabyte / row.wallSeconds.median).toFixed(0),
    `${row.clientCpuSeconds.toFixed(2)} + ${row.serverCpuSeconds.toFixed(2)}`,
    `${(row.clientPeakBytes / mebibyte).toFixed(0)}, ${(row.serverPeakBytes / mebibyte).toFixed(0)}`,
    `**${row.timesFaster.median.toFixed(2)}** [${row.timesFaster.min.toFixed(2)}..${row.timesFaster.max.toFixed(2)}]`,
  ]);
  const lines = [head, head.map(() => '---'), ...cells];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function spread({ min, median, max }: Spread, between: string, digits: number): string {
  return [min, median, max].map((value) => value.toFixed(digits)).join(between);
}
