import { readFileSync, writeFileSync } from 'node:fs';

/** Resident memory of another process now, and the most since the last `resetPeakMemory`. */
export function processMemory(pid: number): {
  readonly residentBytes: number;
  readonly peakBytes: number;
} {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024;
  return { residentBytes: kibibytes('VmRSS'), peakBytes: kibibytes('VmHWM') };
}

export function resetPeakMemory(pid: number): void {
  // 5: set the peak resident size to what is resident now. @see proc(5)
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
