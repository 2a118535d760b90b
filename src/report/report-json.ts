import { inertJson } from './escape.ts';
import type { ReportFormat } from './formats.ts';

export const reportJson: ReportFormat = { file: 'report.json', render: ({ report }) => `${inertJson(report)}\n` };
