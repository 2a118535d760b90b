import type { ReportFormat } from './formats.ts';
import { allDetail, renderMarkdown } from './markdown.ts';

export const reportMd: ReportFormat = { file: 'report.md', render: (drilled) => renderMarkdown(drilled, allDetail) };
