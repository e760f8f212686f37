import { type Tag, tag as t } from '../../dicom/index.ts';

/**
 * Texts that may stay. Free text is where names hide, so a text attribute of the keep list passes
 * only if the whole value is one that manufacturers and the standard are known to write; nobody's
 * name or address matches. Attributes without a row never pass.
 */
const vocabulary: ReadonlyMap<Tag, RegExp> = new Map([
  [t.Manufacturer, manufacturers()],
  [t.BodyPartExamined, bodyParts()],
  [t.RescaleType, /^(HU|US|OD|MGML|Z_EFF|ED|EDW|HU_MOD|PCT|NORMALIZED|normalized)$/],
  [t.ImagedNucleus, /^(1H|3HE|3He|7LI|13C|19F|23NA|23Na|31P|129XE|129Xe)$/],
  [t.StackID, /^\d{1,4}$/],
  [t.FilterType, /^(NONE|FLAT|WEDGE|BUTTERFLY|STRIP|MULTIPLE|BODY FILTER|HEAD FILTER)$/],
  [t.ConvolutionKernel, kernels()],
  [t.ConvolutionKernelGroup, /^(BRAIN|SOFT_TISSUE|LUNG|BONE|CONSTANT_ANGLE)$/],
  [t.PVCRejection, /^(YES|NO)$/],
  [t.ContrastBolusRoute, /^(IV|ORAL|INTRAVENOUS|RECTAL)$/i],
  [t.RadiopharmaceuticalRoute, /^(IV|ORAL|INTRAVENOUS)$/i],
  [t.Radiopharmaceutical, /^(FDG|FDG -- fluorodeoxyglucose|Fluorodeoxyglucose|F-?18[ -]FDG)$/i],
  [t.WindowCenterWidthExplanation, /^(WINDOW[12]|BRAIN|LUNG|BONE|ABDOMEN|SOFT TISSUE)$/],
]);

/** Whether one value of a text attribute may stay as it is. */
export function isKnownText(tag: Tag, value: string): boolean {
  return vocabulary.get(tag)?.test(value) === true;
}

function manufacturers(): RegExp {
  const names = [
    'siemens( healthineers| healthcare gmbh)?',
    'ge( medical systems| healthcare)?',
    'philips( medical systems| healthcare| digital)?',
    'toshiba([_ ]mec| medical systems)?',
    'canon([_ ]mec| medical systems)?',
    'hitachi( medical corporation| healthcare)?(, ltd\\.?)?',
    'fujifilm( healthcare)?( corporation)?',
    'uih|united imaging( healthcare)?',
    'shimadzu|elscint|picker|marconi|esaote|neurologica|neusoft|cps|cti|mediso|agilent|varian',
    'bruker( biospin)?( mri gmbh)?',
  ];
  return new RegExp(`^(${names.join('|')})$`, 'i');
}

/** @standard PS3.16 Annex L */
function bodyParts(): RegExp {
  const terms =
    'ABDOMEN ABDOMENPELVIS ADRENAL ANKLE AORTA ARM AXILLA BACK BLADDER BRAIN BREAST BRONCHUS ' +
    'BUTTOCK CALCANEUS CALF CAROTID CEREBELLUM CHEST CHESTABDOMEN CHESTABDPELVIS CLAVICLE COCCYX ' +
    'COLON CSPINE CTSPINE ELBOW ESOPHAGUS EXTREMITY EYE FACE FEMUR FINGER FOOT FOREARM ' +
    'GALLBLADDER HAND HEAD HEADNECK HEART HIP HUMERUS ILEUM ILIUM JAW KIDNEY KNEE LARYNX LEG ' +
    'LIVER LSPINE LSSPINE LUNG MANDIBLE MAXILLA MEDIASTINUM MOUTH NECK NECKCHEST ' +
    'NECKCHESTABDOMEN NECKCHESTABDPELV NOSE ORBIT OVARY PANCREAS PAROTID PATELLA PELVIS PENIS ' +
    'PHANTOM PHARYNX PROSTATE RADIUS RECTUM RIB SACRUM SCALP SCAPULA SCROTUM SHOULDER SIJOINT ' +
    'SINUS SKULL SPINE SPLEEN SSPINE STERNUM STOMACH TESTIS THIGH THORAX THUMB THYMUS THYROID ' +
    'TIBIA TIBIAFIBULA TLSPINE TMJ TOE TRACHEA TSPINE ULNA URETER URETHRA UTERUS VAGINA WHOLEBODY ' +
    'WRIST ZYGOMA';
  return new RegExp(`^(${terms.replaceAll(' ', '|')})$`);
}

function kernels(): RegExp {
  const named = 'STANDARD|SOFT|BONE|BONEPLUS|LUNG|DETAIL|EDGE|CHST|ULTRA|BODY|BRAIN';
  return new RegExp(`^(${named}|[A-Z][a-z]?\\d{2}[a-z]?|FC\\d{2}|[1-5])$`);
}
