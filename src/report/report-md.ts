import { markdownText } from './escape.ts';
import type { ReportFormat } from './formats.ts';
import { allDetail, renderMarkdown } from './markdown.ts';

export const reportMd: ReportFormat = { file: 'report.md', render: (input) => `${renderMarkdown(input, allDetail)}${overTime(input.warnings)}` };

/** What only several drills tell. */
const overTime = (warnings: readonly string[]): string => (warnings.length === 0 ? '' : `\n## Over time\n\n${warnings.map((warning) => `- ${markdownText(warning)}\n`).join('')}`);
