/**
 * Meanings of codes that CT, MR and PET images often carry, in our words where the scheme leaves a
 * choice. A code that is not here shows its value as its meaning; consumers compare values anyway.
 */
const meanings: ReadonlyMap<string, string> = new Map([
  ['DCM 113076', 'Segmentation'],
  ['DCM 113100', 'Basic Application Confidentiality Profile'],
  ['DCM 121311', 'Localizer'],
  ['DCM 121322', 'Source image for image processing operation'],
  ['SCT 69536005', 'Head'],
  ['SCT 12738006', 'Brain'],
  ['SCT 45048000', 'Neck'],
  ['SCT 51185008', 'Chest'],
  ['SCT 39607008', 'Lung'],
  ['SCT 80891009', 'Heart'],
  ['SCT 113345001', 'Abdomen'],
  ['SCT 10200004', 'Liver'],
  ['SCT 12921003', 'Pelvis'],
  ['SCT 38266002', 'Entire body'],
  ['SCT 421060004', 'Vertebral column'],
  ['SCT 72696002', 'Knee'],
  ['SCT 102538003', 'recumbent'],
  ['SCT 102540008', 'headfirst'],
  ['SCT 102541007', 'feet-first'],
  ['SCT 40199007', 'supine'],
  ['SCT 1240000', 'prone'],
  ['SRT T-D1100', 'Head'],
  ['SRT T-A0100', 'Brain'],
  ['SRT T-D3000', 'Chest'],
  ['SRT T-D4000', 'Abdomen'],
  ['SRT T-D0010', 'Entire body'],
  ['SRT F-10450', 'recumbent'],
  ['SRT F-10470', 'headfirst'],
  ['SRT F-10480', 'feet-first'],
  ['SRT F-10340', 'supine'],
  ['SRT F-10310', 'prone'],
  ['SRT C-111A1', '^18^Fluorine'],
  ['SRT C-B1031', 'Fluorodeoxyglucose F^18^'],
  ['SCT 77004003', '^18^Fluorine'],
  ['SCT 35321007', 'Fluorodeoxyglucose F^18^'],
  ['SCT 261665006', 'Unknown'],
]);

/** The meaning to write for a code. */
export function meaningOf(scheme: string, value: string): string | undefined {
  return meanings.get(`${scheme} ${value}`);
}
