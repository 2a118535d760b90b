/** Services of a monitoring stack: each asked through its own HTTP API. */
import { z } from 'zod';
import { duration, mapping, pattern, text } from './schema-parts.ts';
import { common, url } from './schema-service-parts.ts';

/** They are asked at their URL from the host: nothing is run inside. */
const { inside: _inside, ...withoutInside } = common;

export function monitoring() {
  const grafana = mapping({ kind: z.literal('grafana'), url, ...withoutInside }, 'a service of kind grafana');

  const prometheus = mapping(
    {
      kind: z.literal('prometheus'),
      url,
      selector: pattern(/^[^[\]]+$/, 'a selector without a range, such as up or scrape_duration_seconds (default): the series whose samples must come back').optional(),
      ...withoutInside,
    },
    'a service of kind prometheus',
  );

  const alertmanager = mapping(
    { kind: z.literal('alertmanager'), url, flush: duration('how often it writes its silences to disk while it runs; default 15m').default(900), ...withoutInside },
    'a service of kind alertmanager',
  );

  const loki = mapping({ kind: z.literal('loki'), url, tenant: text('its tenant (X-Scope-OrgID), where it asks for one').optional(), ...withoutInside }, 'a service of kind loki');

  return [grafana, prometheus, alertmanager, loki] as const;
}
