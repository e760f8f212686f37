import { decodeDataSet, transferSyntax } from '../../dicom/index.ts';
import { toHex } from '../../lib/bytes/bytes.ts';
import type { SeriesHolding } from './clinical-index.ts';
import type { FoundIdentity } from './found-identity.ts';
import type { Identifier } from './identifier.ts';
import type { IndexCipher } from './index-cipher.ts';
import type { NamedInstance } from './recall-target.ts';

/** What of a holding rests encrypted. */
export interface SealedSeries extends FoundIdentity {
  readonly subjectKey: string;
  /** Explicit VR little endian, base64. */
  readonly record: string;
}

/** A holding as it rests. */
export interface HoldingRow {
  readonly pacs: string;
  readonly lookup: Uint8Array;
  readonly content: Uint8Array;
  readonly sealed: Uint8Array;
}

/** A holding as it was found, and what its identity is compared on. */
export interface OpenHolding extends SeriesHolding {
  readonly issuer: Identifier;
  readonly content: Uint8Array;
}

/** Seals and opens the records of the index, each bound to its row. */
export class SealedRecords {
  readonly #cipher: IndexCipher;

  constructor(cipher: IndexCipher) {
    this.#cipher = cipher;
  }

  sealSeries(row: Pick<HoldingRow, 'pacs' | 'lookup'>, series: SealedSeries): Uint8Array {
    return this.#cipher.seal(series, placeOfSeries(row));
  }

  /** Throws when the row was altered, or sealed under another key. */
  openSeries(row: HoldingRow): OpenHolding {
    const series = this.#cipher.open(row.sealed, placeOfSeries(row)) as SealedSeries;
    const bytes = Buffer.from(series.record, 'base64');
    const record = decodeDataSet(bytes, transferSyntax.ExplicitVRLittleEndian);
    return { ...series, record, pacs: row.pacs, content: row.content };
  }

  sealInstances(
    at: { readonly collection: string; readonly seriesName: string },
    instances: readonly NamedInstance[],
  ): Uint8Array {
    return this.#cipher.seal(instances, placeOfEntry(at));
  }

  openInstances(
    at: { readonly collection: string; readonly seriesName: string },
    sealed: Uint8Array,
  ): readonly NamedInstance[] {
    return this.#cipher.open(sealed, placeOfEntry(at)) as readonly NamedInstance[];
  }
}

function placeOfSeries({ pacs, lookup }: Pick<HoldingRow, 'pacs' | 'lookup'>): string {
  return `series:${pacs}:${toHex(lookup)}`;
}

function placeOfEntry(at: { readonly collection: string; readonly seriesName: string }): string {
  return `entry:${at.collection}:${at.seriesName}`;
}
