import type { Catalog, FileId, FileNode, StageRow } from '../catalog/catalog.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { RecallPort, RecallTicket } from '../recall/port.ts';

/** Interest of stage requests in recalls under way. Lost at a restart: then it is asked for again. */
export interface StageInterest {
  /** Ask for a file once. The code of why that failed, if it did. */
  ask(
    request: Pick<StageRow, 'token' | 'expiresMs' | 'caller'>,
    file: FileNode,
  ): Promise<string | undefined>;
  /** Give up one file. */
  drop(token: string, file: FileId): void;
}

interface Interest {
  readonly expiry: Timer;
  readonly tickets: Map<FileId, RecallTicket>;
}

/** Make it. Each request's interest ends with its files, its release or its lifetime. */
export function createStageInterest(context: {
  readonly catalog: Catalog;
  readonly recall: RecallPort;
  readonly clock: Clock;
}): StageInterest {
  const { catalog, recall, clock } = context;
  const requests = new Map<string, Interest>();

  const drop = (token: string, file: FileId): void => {
    const mine = requests.get(token);
    mine?.tickets.get(file)?.detach();
    mine?.tickets.delete(file);
    if (mine?.tickets.size !== 0) return;
    mine.expiry.cancel();
    requests.delete(token);
  };

  const interestOf = (token: string, expiresMs: number): Interest => {
    const known = requests.get(token);
    if (known !== undefined) return known;
    const tickets = new Map<FileId, RecallTicket>();
    const expiry = clock.schedule(expiresMs - clock.nowMs(), () => {
      for (const file of tickets.keys()) drop(token, file);
    });
    const made = { expiry, tickets };
    requests.set(token, made);
    return made;
  };

  const settle = async (token: string, file: FileId, ticket: RecallTicket): Promise<void> => {
    try {
      await ticket.settled({});
    } catch (error) {
      const code = codeOf(error) ?? 'RECALL_FAILED';
      // A service that stops takes its recalls up again: the request outlives both.
      if (code !== 'RECALL_ABORTED') await catalog.stages.fail(token, file, code);
    } finally {
      drop(token, file);
    }
  };

  return {
    drop,
    async ask({ token, expiresMs, caller }, file) {
      if (requests.get(token)?.tickets.has(file.id) === true) return undefined;
      try {
        const ticket = await recall.request(file, { priority: 'interactive', caller });
        const { tickets } = interestOf(token, expiresMs);
        if (tickets.has(file.id)) ticket.detach();
        else {
          tickets.set(file.id, ticket);
          settle(token, file.id, ticket).catch(() => undefined);
        }
        return undefined;
      } catch (error) {
        return codeOf(error) ?? 'RECALL_FAILED';
      }
    },
  };
}
