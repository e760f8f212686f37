// Loaded before a program that another process runs for its user (`--import`): when that process is
// killed, nobody would ever end this one, so it ends itself.
import { isMainThread } from 'node:worker_threads';

const everyMs = 500;
const patienceMs = 3_000;
const parent = process.ppid;

function look() {
  if (process.ppid === parent) return;
  clearInterval(timer);
  // First as if it were told to: a service closes what it has open.
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), patienceMs).unref();
}

const timer = isMainThread ? setInterval(look, everyMs).unref() : undefined;
