export { type Dashboard, grafanaOf } from './dashboards/dashboard.ts';
export { dashboards } from './dashboards/index.ts';
export { eventInventory, metricInventory, prometheusName } from './inventory.ts';
export { telemetryTable } from './telemetry-table.ts';
export { writtenFiles } from './written-files.ts';
