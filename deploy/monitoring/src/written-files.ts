import { grafanaOf } from './dashboards/dashboard.ts';
import { dashboards } from './dashboards/index.ts';
import { telemetryTable } from './telemetry-table.ts';

/** Files under `deploy/` that follow from the sources, by their paths there. */
export const writtenFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ['telemetry.md', telemetryTable()],
    ...dashboards.map(
      (dashboard) =>
        [`grafana/dashboards/${dashboard.name}.json`, `${JSON.stringify(grafanaOf(dashboard), null, 2)}\n`] as const,
    ),
  ]);
