import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';
import { present } from '../lib/assert.ts';
import { Statements } from './statements.ts';
import type { WriterReply, WriterRequest, WriterSettings } from './writer-messages.ts';

// The thread of a database that writes: a commit waits for the disk, which takes a hospital's
// storage 30 ms, and the event loop has connections to serve meanwhile.

const port = present(parentPort, 'runs as a worker');
const settings = workerData as WriterSettings;
const engine = new BetterSqlite3(settings.path);
for (const pragma of settings.pragmas) engine.pragma(pragma);
const statements = new Statements(engine, settings);
const nothing = { rows: [], changes: 0, lastInsertRowid: 0 };

port.on('message', (request: WriterRequest) => {
  port.postMessage(answer(request));
  if (request.kind === 'close') port.close();
});

function answer(request: WriterRequest): WriterReply {
  try {
    return { kind: 'done', result: carryOut(request) };
  } catch (error) {
    const engineCode = error instanceof BetterSqlite3.SqliteError ? error.code : undefined;
    const message = error instanceof Error ? error.message : 'not an error';
    return { kind: 'failed', engineCode, message };
  }
}

function carryOut(request: WriterRequest): ReturnType<Statements['run']> {
  if (request.kind === 'run') return statements.run(request.sql, request.parameters);
  if (request.kind === 'close') engine.close();
  else if (engine.inTransaction) statements.run('ROLLBACK', []);
  return nothing;
}
