import { randomFillSync } from 'node:crypto';

/** Randomness as a parameter. */
export interface Random {
  /** `count` fresh bytes from a cryptographic source. The caller owns them. */
  bytes(count: number): Uint8Array;
}

/** The machine's cryptographic random source. */
export const systemRandom: Random = {
  bytes: (count) => randomFillSync(new Uint8Array(count)),
};
