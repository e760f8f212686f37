import {
  readListRequest,
  readStageRequest,
  readUpkeepRequest,
  readWordsRequest,
} from '../../keys/index.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { blind } from './blind.ts';
import { deal } from './deal.ts';
import { listKeys } from './list-keys.ts';
import { prove } from './prove.ts';
import { ready } from './ready.ts';
import { stage } from './stage.ts';
import { take } from './take.ts';

/** Answers a request whose body a gateway signed. */
export type SignedAnswer = (body: unknown) => Promise<unknown>;

/** The steps of looking after shares. */
export const upkeepSteps = ['list', 'deal', 'blind', 'take', 'stage', 'ready', 'prove'] as const;
export type UpkeepStep = (typeof upkeepSteps)[number];

/** What a gateway may order key servers to do with their shares, by the name of the step. */
export function upkeepAnswers(core: KeyServerCore): Readonly<Record<UpkeepStep, SignedAnswer>> {
  return {
    list: (body) => listKeys(core, readListRequest(body).list),
    deal: (body) => deal(core, readUpkeepRequest(body).order),
    blind: (body) => blind(core, readUpkeepRequest(body)),
    take: (body) => take(core, readUpkeepRequest(body)),
    stage: (body) => stage(core, readStageRequest(body)),
    ready: (body) => ready(core, readWordsRequest(body)),
    prove: (body) => prove(core, readWordsRequest(body)),
  };
}
