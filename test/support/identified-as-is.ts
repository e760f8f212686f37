import { createFactReader, createTokens } from '../../src/deid/facts/facts-of.ts';
import { readHeader } from '../../src/deid/header/read-header.ts';
import {
  createDeidentifier,
  type DeidentifiedInstance,
  type Deidentifier,
} from '../../src/deid/index.ts';
import { imageShapeOf } from '../../src/deid/pixel/image-shape.ts';
import { planPixels } from '../../src/deid/pixel/plan-pixels.ts';
import { CommonElements } from '../../src/dicom/index.ts';
import { deidentified } from '../../src/flow/mint/deidentified.ts';
import { reveal } from '../../src/flow/mint/reveal.ts';
import { createFrameDecoder } from '../../src/pixel/index.ts';

/**
 * What production would be given if nothing were de-identified: headers are read, facts too, and
 * nothing is judged or written anew. For a figure beside the real one, of made images only.
 */
export function identifiedAsIs(collectionKey: Uint8Array): Deidentifier {
  const decoder = createFrameDecoder({ threads: 2 });
  const real = createDeidentifier({ collectionKey, decoder });
  const tokens = createTokens(collectionKey);
  return {
    ...real,
    series() {
      const elements = new CommonElements();
      const factsOf = createFactReader(tokens, elements);
      return {
        async instance(source) {
          const instance = reveal(source);
          const opened = await readHeader(instance, elements);
          const facts = await factsOf(opened, instance.sopClassUid);
          const pixels = planPixels(opened, imageShapeOf(facts), decoder);
          const made: DeidentifiedInstance = {
            sopClassUid: instance.sopClassUid,
            sopInstanceUid: instance.sopInstanceUid,
            transferSyntaxUid: opened.transferSyntaxUid,
            header: opened.header,
            facts,
            palette: undefined,
            misleads: undefined,
            slices: undefined,
            drops: {},
            read: (what, shape) => pixels.parts({ coded: what === 'file', shape }),
          };
          return { kind: 'released', instance: deidentified(made) };
        },
      };
    },
    metadata: (record) => deidentified(reveal(record)),
  };
}
