/** Histograms of latencies: for a terminal, and as SVG. */

/** Upper bounds in milliseconds; what is above the last one is in a bin of its own. */
const BOUNDS = [25, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 2000];
const LABELS = [...BOUNDS.map((bound) => `≤ ${bound}`), `> ${BOUNDS.at(-1)}`];

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

function counts(values: readonly number[]): number[] {
  const bins = LABELS.map(() => 0);
  for (const value of values) {
    const bin = BOUNDS.findIndex((bound) => value <= bound);
    bins[bin === -1 ? BOUNDS.length : bin]!++;
  }
  return bins;
}

const WIDTH = 50;

export function textHistogram({ name, values }: Series): string {
  const bins = counts(values);
  const most = Math.max(1, ...bins);
  const rows = bins.map((count, i) => {
    const bar = '█'.repeat(Math.ceil((count / most) * WIDTH));
    return `  ${LABELS[i]!.padStart(6)} ms ${String(count).padStart(7)} ${bar}`.trimEnd();
  });
  return `${name}: ${values.length} messages\n${rows.join('\n')}`;
}

const COLOURS = ['#3b6ea5', '#c97b2a'];
const CHART = { left: 50, top: 40, width: 720, height: 220 };

/** Shares of messages by latency, one bar for each series in each bin. */
export function svgHistogram(title: string, series: readonly Series[]): string {
  const { left, top, width, height } = CHART;
  const slot = width / LABELS.length;
  const bar = (slot * 0.8) / series.length;
  const shares = series.map(({ values }) => counts(values).map((count) => count / Math.max(1, values.length)));
  const most = Math.max(0.01, ...shares.flat());
  const text = (x: number, y: number, content: string, anchor = 'middle'): string =>
    `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}">${content.replace('>', '&gt;')}</text>`;
  const bars = shares.flatMap((ofSeries, s) =>
    ofSeries.map((share, i) => {
      const tall = (share / most) * height;
      const [x, y] = [left + i * slot + slot * 0.1 + s * bar, top + height - tall];
      const shape = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${bar.toFixed(1)}" height="${tall.toFixed(1)}"`;
      return `<rect ${shape} fill="${COLOURS[s]}"/>`;
    }),
  );
  const labels = LABELS.map((label, i) => text(left + (i + 0.5) * slot, top + height + 16, label));
  const legend = series.map(({ name, values }, s) => {
    const x = left + s * 300;
    return `<rect x="${x}" y="24" width="10" height="10" fill="${COLOURS[s]}"/>${text(x + 15, 33, `${name}, ${values.length} messages`, 'start')}`;
  });
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 310" font-family="sans-serif" font-size="11">
<rect width="800" height="310" fill="#fff"/>
${text(left, 15, title, 'start')}
${legend.join('\n')}
${bars.join('\n')}
<path d="M${left} ${top}V${top + height}H${left + width}" fill="none" stroke="#444"/>
${text(left - 5, top + 8, percent(most), 'end')}
${text(left - 5, top + height, '0 %', 'end')}
${labels.join('\n')}
${text(left + width / 2, top + height + 38, 'milliseconds from finality data being there until the delivery transaction is sent')}
</svg>
`;
}
