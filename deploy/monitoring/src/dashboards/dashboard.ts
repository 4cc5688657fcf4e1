/** What a person wants to know, and the expression that answers. */
export interface Panel {
  /** A question. */
  readonly title: string;
  /** How to read the answer, and what to do about a bad one. */
  readonly description: string;
  /** One of Grafana's: `s`, `percentunit`, `short`, `bytes`, `reqps`, … */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** `stat` shows the last value; the default is a graph over time. */
  readonly kind?: 'stat' | 'timeseries';
}

export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Dashboard {
  /** Its file and its address. */
  readonly name: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

export const query = (expr: string, legend = ''): Query => ({ expr, legend });

/** Of a histogram of seconds, by the labels in `by`: the median and the 99th percentile. */
export const percentiles = (histogram: string, selector = '', by = ''): readonly Query[] =>
  [0.5, 0.99].map((share) =>
    query(
      `histogram_quantile(${share}, sum by (le${by === '' ? '' : `, ${by}`}) (rate(${histogram}_bucket${selector}[5m])))`,
      `p${share * 100}${by === '' ? '' : ` {{${by}}}`}`,
    ),
  );

/** Grafana's own form, two panels to a row. */
export const grafanaOf = ({ name, title, panels }: Dashboard): object => ({
  uid: `tiktok-channel-${name}`,
  title: `TikTok channel: ${title}`,
  tags: ['tiktok-channel'],
  schemaVersion: 39,
  editable: false,
  refresh: '30s',
  time: { from: 'now-6h', to: 'now' },
  templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' }] },
  panels: panels.map(panelOf),
});

const WIDTH = 12;
const HEIGHT = 8;

const panelOf = ({ title, description, unit, queries, kind = 'timeseries' }: Panel, index: number): object => ({
  id: index + 1,
  type: kind,
  title,
  description,
  datasource: DATASOURCE,
  gridPos: { h: HEIGHT, w: WIDTH, x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT },
  fieldConfig: { defaults: { unit }, overrides: [] },
  targets: queries.map(({ expr, legend }, at) => ({
    refId: String.fromCharCode('A'.charCodeAt(0) + at),
    datasource: DATASOURCE,
    expr,
    legendFormat: legend,
  })),
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's variable
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
