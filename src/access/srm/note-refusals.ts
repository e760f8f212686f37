import type { Files, StageRequest } from '../../files/files.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { filesHttpStatus } from '../http-status.ts';
import { isRefusal } from '../is-refusal.ts';

/**
 * The file port, with what it refuses noted: the answers of this door name files by the dozen, each
 * with a status of its own.
 */
export function noteRefusals(files: Files, refused: (code: string) => void): Files {
  const noteCode = (code: string | undefined): void => {
    if (code === undefined || !Object.hasOwn(filesHttpStatus, code)) return;
    if (isRefusal(filesHttpStatus[code as keyof typeof filesHttpStatus])) refused(code);
  };
  const noted = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      noteCode(codeOf(error));
      throw error;
    }
  };
  const notedFiles = async (answer: Promise<StageRequest>): Promise<StageRequest> => {
    const request = await noted(answer);
    for (const file of request.files) noteCode(file.failure);
    return request;
  };
  return {
    stat: (...asked) => noted(files.stat(...asked)),
    list: (...asked) => noted(files.list(...asked)),
    open: (...asked) => noted(files.open(...asked)),
    stage: (...asked) => notedFiles(files.stage(...asked)),
    staged: (...asked) => notedFiles(files.staged(...asked)),
    release: (...asked) => notedFiles(files.release(...asked)),
  };
}
