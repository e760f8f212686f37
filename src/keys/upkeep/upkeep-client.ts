import { present } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Signer } from '../../seal/index.ts';
import { createJsonClient, type JsonClient } from '../http/json-client.ts';
import { errorOf } from '../http/refusal.ts';
import type { KeyServerAddress } from '../http/server-address.ts';
import { type KeyListAnswer, readKeyListAnswer, signKeyList } from '../wire/key-list.ts';
import {
  type BlindAnswer,
  type DealAnswer,
  readBlindAnswer,
  readDealAnswer,
  readTakeAnswer,
  readWordAnswer,
  type StageRequest,
  type TakeAnswer,
  type UpkeepRequest,
  upkeepPath,
  type WordsRequest,
} from '../wire/upkeep-messages.ts';
import { type OrderWords, signUpkeepOrder, type UpkeepPurpose } from '../wire/upkeep-order.ts';

/** What asking the key servers to look after their shares needs. */
export interface UpkeepClientOptions {
  readonly site: string;
  /** The feed key: what the key servers know the gateway by. */
  readonly signer: Signer;
  readonly servers: readonly KeyServerAddress[];
  readonly clock: Clock;
}

/** What an order says beside where and when. */
type Wanted = Pick<OrderWords, 'dealers' | 'keys'> & UpkeepPurpose;

/** Gives the key servers signed orders, and carries what they seal to each other. */
export class UpkeepClient {
  readonly #options: UpkeepClientOptions;
  readonly #clients: ReadonlyMap<string, JsonClient>;

  constructor(options: UpkeepClientOptions) {
    this.#options = options;
    const { servers, clock } = options;
    this.#clients = new Map(
      servers.map((server) => [server.name, createJsonClient(server, clock)]),
    );
  }

  get servers(): readonly string[] {
    return [...this.#clients.keys()];
  }

  /** An order to all of them, of now. */
  async order(words: Wanted): Promise<string> {
    const { site, clock, signer } = this.#options;
    return (await signUpkeepOrder({ ...words, site, timeMs: clock.nowMs() }, signer)).statement;
  }

  /** All throw KEYS_SERVER_UNREACHABLE, KEYS_SERVER_REFUSED, KEYS_UNAVAILABLE, KEYS_ANSWER_INVALID. */
  async list(server: string, after: string | null, signal?: AbortSignal): Promise<KeyListAnswer> {
    const { clock, signer } = this.#options;
    const list = await signKeyList({ server, after, timeMs: clock.nowMs() }, signer);
    return readKeyListAnswer(
      await this.#ask(server, { path: upkeepPath.list, body: { list } }, signal),
    );
  }

  async deal(server: string, order: string, signal?: AbortSignal): Promise<DealAnswer> {
    const body: UpkeepRequest = { order, boxes: [] };
    return readDealAnswer(await this.#ask(server, { path: upkeepPath.deal, body }, signal));
  }

  async blind(server: string, body: UpkeepRequest, signal?: AbortSignal): Promise<BlindAnswer> {
    return readBlindAnswer(await this.#ask(server, { path: upkeepPath.blind, body }, signal));
  }

  async take(server: string, body: UpkeepRequest, signal?: AbortSignal): Promise<TakeAnswer> {
    return readTakeAnswer(await this.#ask(server, { path: upkeepPath.take, body }, signal));
  }

  async stage(server: string, body: StageRequest, signal?: AbortSignal): Promise<string> {
    const answer = await this.#ask(server, { path: upkeepPath.stage, body }, signal);
    return readWordAnswer(answer).word;
  }

  async ready(server: string, body: WordsRequest, signal?: AbortSignal): Promise<string> {
    const answer = await this.#ask(server, { path: upkeepPath.ready, body }, signal);
    return readWordAnswer(answer).word;
  }

  async prove(server: string, body: WordsRequest, signal?: AbortSignal): Promise<void> {
    await this.#ask(server, { path: upkeepPath.prove, body }, signal);
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  async #ask(
    server: string,
    question: { readonly path: string; readonly body: unknown },
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const client = present(this.#clients.get(server), 'a server of ours');
    const cancel = signal === undefined ? {} : { signal };
    const answer = await client.ask({ method: 'POST', ...question, ...cancel });
    if (answer.status !== 200) throw errorOf(server, answer);
    return answer.body;
  }
}
