import type { ScanProposal } from '../../scan/scan-facts.ts';
import { type ProtocolNumbers, protocolNumbers } from './protocol.ts';

const keys = {
  partialFourier: 'sKSpace.ucPhasePartialFourier',
  baseResolution: 'sKSpace.lBaseResolution',
  phaseResolution: 'sKSpace.dPhaseResolution',
  phaseOversampling: 'sKSpace.dPhaseOversamplingForDialog',
  referenceLines: 'sPat.lRefLinesPE',
  acceleration: 'sPat.lAccelFactPE',
  patMode: 'sPat.ucPATMode',
  multiband: 'sSliceAcceleration.lMultiBandFactor',
  delay: 'lDelayTimeInTR',
  echoSpacing: 'sFastImaging.lEchoSpacing',
  coilCombination: 'ucCoilCombineMode',
  sliceMode: 'sSliceArray.ucMode',
} as const;

const keySet: ReadonlySet<string> = new Set(Object.values(keys));

/** What of each eighth of the lines is acquired. */
const partialFourier: Readonly<Record<number, number>> = {
  1: 4 / 8,
  2: 5 / 8,
  4: 6 / 8,
  8: 7 / 8,
  16: 1,
  32: 1,
};
const sliceOrders: Readonly<Record<number, string>> = {
  1: 'ascending',
  2: 'descending',
  4: 'interleaved-by-count',
};
const coilCombinations: Readonly<Record<number, string>> = {
  1: 'Sum of Squares',
  2: 'Adaptive Combine',
};
const patModes: Readonly<Record<number, string>> = { 1: 'SENSE', 2: 'GRAPPA' };

/** What the numbers of a Siemens protocol say of a scan. Times there are in microseconds. */
export function protocolScan(protocol: Uint8Array | undefined): ScanProposal {
  if (protocol === undefined) return {};
  const numbers: ProtocolNumbers = protocolNumbers(protocol, keySet);
  if (numbers.size === 0) return {};
  const at = (name: keyof typeof keys): number | undefined => numbers.get(keys[name]);
  const codeOf = <T>(table: Readonly<Record<number, T>>, name: keyof typeof keys): T | undefined =>
    table[at(name) ?? -1];
  const delayUs = at('delay');
  return {
    partialFourier: codeOf(partialFourier, 'partialFourier'),
    baseResolution: at('baseResolution'),
    phaseResolution: at('phaseResolution'),
    phaseOversampling: at('phaseOversampling') ?? 0,
    referenceLines: at('referenceLines'),
    accelerationInPlane: at('acceleration'),
    multiband: at('multiband'),
    delayTime: delayUs === undefined ? undefined : delayUs / 1000,
    echoSpacing: at('echoSpacing'),
    coilCombination: codeOf(coilCombinations, 'coilCombination'),
    matrixCoilMode: codeOf(patModes, 'patMode'),
    sliceOrder: codeOf(sliceOrders, 'sliceMode'),
  };
}
