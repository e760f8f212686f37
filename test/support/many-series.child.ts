import { dataSetOf, getString, sopClass, tag, transferSyntax } from '../../src/dicom/index.ts';
import { chooseFrom, listenForAssociations, provideServices } from '../../src/dimse/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';

// An archive that only lists: so many studies of one series of two instances, made up as they are
// asked for. Prints its port.

const studyCount = Number(process.argv[2]);
const root = '2.25.4711';

function* studies() {
  for (let index = 1; index <= studyCount; index += 1)
    yield dataSetOf({
      StudyInstanceUID: `${root}.${index}`,
      PatientID: `SYN-${index}`,
      PatientName: `SYNTHETIC^${index}`,
      NumberOfStudyRelatedSeries: '1',
      NumberOfStudyRelatedInstances: '2',
    });
}

function* seriesOf(study: string) {
  yield dataSetOf({
    StudyInstanceUID: study,
    SeriesInstanceUID: `${study}.1`,
    Modality: 'CT',
    NumberOfSeriesRelatedInstances: '2',
  });
}

function* instancesOf(study: string, wanted: string) {
  for (const instance of [1, 2]) {
    const uid = `${study}.1.${instance}`;
    if (wanted === '' || wanted === uid)
      yield dataSetOf({
        StudyInstanceUID: study,
        SeriesInstanceUID: `${study}.1`,
        SOPInstanceUID: uid,
        SOPClassUID: sopClass.CTImageStorage,
        InstanceNumber: `${instance}`,
        NumberOfSeriesRelatedInstances: '2',
      });
  }
}

const acceptor = await listenForAssociations({
  host: '127.0.0.1',
  port: 0,
  refuse: () => undefined,
  chooseTransferSyntax: chooseFrom({
    supports: () => true,
    preferred: [transferSyntax.ExplicitVRLittleEndian, transferSyntax.ImplicitVRLittleEndian],
  }),
  onAssociation: (association) =>
    provideServices(
      association,
      {
        find: ({ identifier }) => {
          const study = getString(identifier, tag.StudyInstanceUID) ?? '';
          const level = getString(identifier, tag.QueryRetrieveLevel);
          if (level === 'STUDY') return studies();
          if (level === 'SERIES') return seriesOf(study);
          return instancesOf(study, getString(identifier, tag.SOPInstanceUID) ?? '');
        },
      },
      silentLog,
    ),
  clock: systemClock,
  log: silentLog,
});
process.stdout.write(`PORT ${acceptor.port}\n`);
