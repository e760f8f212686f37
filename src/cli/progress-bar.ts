import { formatBytes } from './format.ts';

/** How far something is. */
export interface BarState {
  /** Received, for the rate. */
  readonly bytes: number;
  /** Parts done of all parts; undefined while nobody knows how many there are. */
  readonly done: number;
  readonly total: number | undefined;
}

/** Shows how far transfers are, on a terminal; elsewhere it is silent. */
export interface ProgressBar {
  update(label: string, state: BarState): void;
  /** Show a text in place of the bar until the next update. */
  say(text: string): void;
  /** Make room for a line of another; the next update draws again. */
  clear(): void;
  /** Leave the last state on the screen. Idempotent. */
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
const clearLine = '\r\u001B[K';

/** For those who want none. */
export const silentBar: ProgressBar = { update() {}, say() {}, clear() {}, end() {} };

/** A bar on `stream` if it is a terminal. */
export function createProgressBar(options: {
  readonly stream: Terminal;
  readonly nowMs: () => number;
}): ProgressBar {
  const { stream, nowMs } = options;
  if (stream.isTTY !== true) return silentBar;
  const startMs = nowMs();
  let drawnMs = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  const draw = (text: string): void => {
    isDrawn = true;
    stream.write(`${clearLine}${text.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  const erase = (by: string): void => {
    if (isDrawn) stream.write(by);
    isDrawn = false;
  };
  return {
    update(label, { bytes, done, total }) {
      if (nowMs() - drawnMs < redrawMs && done !== total) return;
      drawnMs = nowMs();
      const seconds = Math.max((drawnMs - startMs) / 1000, 0.001);
      const rate = `${formatBytes(bytes / seconds)}/s`;
      draw(`${label} ${barOf(done, total)} ${formatBytes(bytes)} ${rate}`);
    },
    say: draw,
    clear: () => erase(clearLine),
    end: () => erase('\n'),
  };
}

function barOf(done: number, total: number | undefined): string {
  if (total === undefined || total === 0) return '[size unknown]';
  const share = Math.min(1, done / total);
  const filled = Math.round(share * barWidth);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}]${percent}`;
}
