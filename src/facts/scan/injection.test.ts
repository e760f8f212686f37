import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataSetOf, type Keyword, type ValueInput } from '../../dicom/index.ts';
import { injectionScan } from './injection.ts';

type Values = Readonly<Partial<Record<Keyword, ValueInput>>>;

const tracer: Values = {
  RadionuclideTotalDose: '370000000',
  RadionuclideHalfLife: '6586.2',
  RadiopharmaceuticalStartTime: '101500',
};

function told(values: Values, ...tracers: readonly Values[]): object {
  const RadiopharmaceuticalInformationSequence = tracers.map((each) => dataSetOf(each));
  const header = dataSetOf({ Modality: 'PT', RadiopharmaceuticalInformationSequence, ...values });
  return injectionScan([header]);
}

test('dose and half-life are as stated, and the injection is so long before the image', () => {
  assert.deepEqual(told({ AcquisitionTime: '111510.5' }, tracer), {
    injectedDose: 370_000_000,
    halfLife: 6586.2,
    injectionDelay: 3610.5,
  });
  const acrossMidnight = { ...tracer, RadiopharmaceuticalStartDateTime: '20240613235900' };
  assert.deepEqual(told({ AcquisitionTime: '000100' }, acrossMidnight), {
    injectedDose: 370_000_000,
    halfLife: 6586.2,
    injectionDelay: 120,
  });
});

test('an injection after the image, without a time, or one of two is no time of the image', () => {
  const delayOf = (...given: Parameters<typeof told>): unknown =>
    (told(...given) as { injectionDelay?: unknown }).injectionDelay;
  assert.equal(delayOf({ AcquisitionTime: '101459' }, tracer), undefined);
  assert.equal(delayOf({}, tracer), undefined);
  assert.deepEqual(told({ AcquisitionTime: '111510' }, tracer, tracer), {});
  assert.deepEqual(told({ Modality: 'MR', AcquisitionTime: '111510' }, tracer), {});
});
