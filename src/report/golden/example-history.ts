/** Histories written by hand for tests. */
import type { HistoryLine } from '../history.ts';

export const exampleLine = (more: Partial<HistoryLine> = {}): HistoryLine => ({
  format: 1,
  drill: 'raspberry-pi-homelab',
  id: 'service-failure',
  title: 'Service failure, same host',
  rto: 900,
  rta: 14.5,
  manual: 0,
  rpo: 86_400,
  rpa: 43_215,
  data: '1 of 1',
  fidelity: 1,
  ended: '2026-08-22T02:00:21.000Z',
  verdict: 'SUCCESSFUL',
  environment: 'docker',
  tool: '0.1.0',
  commit: '0123456789abcdef0123456789abcdef01234567',
  drillFile: null,
  runbooks: { 'docs/runbook.md': '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
  ...more,
});
