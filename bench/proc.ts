import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Linux counts CPU time in these; getconf CLK_TCK is 100 on every platform we run on. */
const ticksPerSecond = 100;

/**
 * `pids` and all their descendants that live now. Asks the kernel for children of just these: a walk
 * over all of /proc at every sample would disturb what is measured.
 */
export function processTree(pids: readonly number[]): readonly number[] {
  const tree = new Set(pids);
  // A Set gives what is added while it is walked, so this reaches every generation.
  for (const pid of tree) for (const child of childrenOf(pid)) tree.add(child);
  return [...tree];
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap(
      (task) =>
        readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').match(/\d+/g)?.map(Number) ?? [],
    );
  } catch {
    return [];
  }
}

/** User and system time of a tree so far, ended and reaped children included. */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of processTree(pids)) {
    const fields = statOf(pid) ?? [];
    // utime, stime, cutime, cstime: fields 14 to 17 of proc(5), counted from the state (3).
    for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  return ticks / ticksPerSecond;
}

/** Forget the peak memory of a tree, so that the next reading is of what follows. */
export function resetPeak(pids: readonly number[]): void {
  for (const pid of processTree(pids)) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
    } catch {
      // Ended meanwhile, or not ours: the peak then includes what came before.
    }
  }
}

/** The largest peak resident size of any one process of a tree, in bytes. */
export function peakBytes(pids: readonly number[]): number {
  return Math.max(0, ...processTree(pids).map(peakOf));
}

function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Fields of /proc/<pid>/stat from the state on: the name before it may hold anything. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
