import type { Report } from '../drill/report-model.ts';
import type { ReportFormat } from './formats.ts';

/** Characters that act when the file is shown, and that JSON leaves as they are. */
const acting = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Every UTF-16 unit as its JSON escape: the same text to every parser. */
const escaped = (character: string): string => Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join('');

export const reportJson: ReportFormat = {
  file: 'report.json',
  render: (report: Report) => `${JSON.stringify(report, null, 2).replace(acting, escaped)}\n`,
};
