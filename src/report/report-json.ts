import type { Report } from '../drill/report-model.ts';
import { inertJson } from './escape.ts';
import type { ReportFormat } from './formats.ts';

export const reportJson: ReportFormat = { file: 'report.json', render: (report: Report) => `${inertJson(report)}\n` };
