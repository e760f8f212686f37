import { formatBytes } from './format.ts';

/** Shows how far a transfer is, on a terminal; elsewhere it is silent. */
export interface ProgressBar {
  update(receivedBytes: number, totalBytes: number | undefined): void;
  /** Show a text in place of the bar until the next update. */
  say(text: string): void;
  end(): void;
}

/** What a bar is drawn on: standard error, for one. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const barWidth = 30;
const redrawMs = 100;

/** A bar on `stream` if it is a terminal. */
export function createProgressBar(
  name: string,
  options: { readonly stream: Terminal; readonly nowMs: () => number },
): ProgressBar {
  const { stream, nowMs } = options;
  const startMs = nowMs();
  let drawnMs = Number.NEGATIVE_INFINITY;
  let last = '';
  const draw = (text: string): void => {
    if (!stream.isTTY) return;
    last = text;
    stream.write(`\r\u001B[K${text.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  return {
    update(receivedBytes, totalBytes) {
      if (nowMs() - drawnMs < redrawMs && receivedBytes !== totalBytes) return;
      drawnMs = nowMs();
      const seconds = Math.max((drawnMs - startMs) / 1000, 0.001);
      const rate = `${formatBytes(receivedBytes / seconds)}/s`;
      draw(`${name} ${barOf(receivedBytes, totalBytes)} ${formatBytes(receivedBytes)} ${rate}`);
    },
    say: (text) => draw(`${name} ${text}`),
    end() {
      if (last !== '' && stream.isTTY) stream.write('\n');
    },
  };
}

function barOf(received: number, total: number | undefined): string {
  if (total === undefined || total === 0) return '[size unknown]';
  const share = Math.min(1, received / total);
  const filled = Math.round(share * barWidth);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}]${percent}`;
}
